// Headers as clients send them.
#include "metrics/negotiation.h"

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

TEST(TheFormat, IsOpenMetricsForPrometheus) {
  // 2.42, and 3.x.
  EXPECT_EQ(
      negotiate_format("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
      PageFormat::open_metrics);
  EXPECT_EQ(negotiate_format("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                             "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,"
                             "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"),
            PageFormat::open_metrics);
}

TEST(TheFormat, IsTextForEverybodyElse) {
  for (const char* const accept :
       {"", "*/*", "text/plain", "text/html,application/xhtml+xml,*/*;q=0.8",
        "nonsense;;;,,=", "application/openmetrics-text;version=0.0.1", "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0.2,text/plain;q=0.5", "application/openmetrics-text;q=high",
        "application/json"}) {
    EXPECT_EQ(negotiate_format(accept), PageFormat::text) << accept;
  }
}

TEST(TheFormat, MayBeNamedInAnyCaseAndQuoted) {
  EXPECT_EQ(negotiate_format(" Application/OpenMetrics-Text ; Version=\"1.0.0\" "), PageFormat::open_metrics);
}

TEST(Gzip, IsForWhoAsks) {
  for (const char* const encoding :
       {"gzip", "deflate, gzip;q=1.0, *;q=0.5", "GZIP", "*", "x-gzip", "br;q=1, gzip;q=0.001"})
    EXPECT_TRUE(accepts_gzip(encoding)) << encoding;
  for (const char* const encoding : {"", "identity", "gzip;q=0", "gzip;q=0.0, *", "deflate", "*;q=0", "gzipped"})
    EXPECT_FALSE(accepts_gzip(encoding)) << encoding;
}

}  // namespace
}  // namespace cgroupd
