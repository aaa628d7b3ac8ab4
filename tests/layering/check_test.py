#!/usr/bin/env python3
"""Plants violations in a small tree and sees that check.py finds each, and nothing else."""
import os
import tempfile
import unittest

import check

CLEAN = {
    "CMakeLists.txt": "",
    "daemon/main.cpp": '#include "dbus/bus_server.h"\n#include "metrics/page.h"\nint main() {}\n',
    "daemon/model/limits.cpp": '#include "model/limits.h"\n    Limit{"memory.max", "memory"},\n    Limit{"pids.max", "pids"},\n',
    "daemon/model/limits.h": "#include <string>\n#include <tl/expected.hpp>\n",
    "daemon/cgroupfs/kernel.h": '#include <fcntl.h>\n#include "model/limits.h"\n',
    "daemon/config/ini_file.h": '#include "model/limits.h"\n',
    "daemon/core/manager.h": '#include "cgroupfs/kernel.h"\n#include "config/ini_file.h"\n// memory.max and "memory.max" in a comment, popen( too\n',
    "daemon/dbus/wire.h": '#include <sdbus-c++/sdbus-c++.h>\n#include "model/limits.h"\n',
    "daemon/dbus/bus_server.h": '#include "core/manager.h"\nsdbus::Variant v;\n',
    "daemon/metrics/page.h": '#include "core/manager.h"\n#include <microhttpd.h>\nprometheus::Registry r;\n',
    "client/main.cpp": '#include "dbus/wire.h"\n#include "model/limits.h"\n#include <nlohmann/json.hpp>\n#include <CLI/CLI.hpp>\n#include "view.h"\n',
    "client/view.h": "",
    "client/manager_bus.cpp": "#include <sdbus-c++/sdbus-c++.h>\n",
}


class Layering(unittest.TestCase):
    def faults(self, **more):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**CLEAN, **more.get("files", {})}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return list(check.faults(root))

    def finds(self, path, text, words):
        found = self.faults(files={path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(path, found[0])
        self.assertIn(words, found[0])

    def test_a_clean_tree_has_no_fault(self):
        self.assertEqual(self.faults(), [])

    def test_includes_go_one_way(self):
        for path, header in [
            ("daemon/model/plan.h", "cgroupfs/kernel.h"),
            ("daemon/model/plan.h", "config/ini_file.h"),
            ("daemon/cgroupfs/a.h", "core/manager.h"),
            ("daemon/cgroupfs/a.h", "config/ini_file.h"),
            ("daemon/config/a.h", "cgroupfs/kernel.h"),
            ("daemon/config/a.h", "core/manager.h"),
            ("daemon/core/a.h", "dbus/wire.h"),
            ("daemon/core/a.h", "metrics/page.h"),
            ("daemon/dbus/a.h", "metrics/page.h"),
            ("daemon/metrics/a.h", "dbus/wire.h"),
            ("daemon/core/a.h", "client/view.h"),
            ("client/a.h", "core/manager.h"),
            ("client/a.h", "cgroupfs/kernel.h"),
            ("client/a.h", "dbus/bus_server.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.finds(path, '#include "%s"\n' % header, "may not include")

    def test_an_include_through_the_folder_above_is_seen_too(self):
        self.finds("daemon/model/plan.h", '#include "../core/manager.h"\n', "may not include")

    def test_a_header_that_is_nobodys_is_named(self):
        self.finds("daemon/core/a.h", '#include "common/util.h"\n', "no file of ours")

    def test_a_new_folder_needs_a_rule(self):
        found = self.faults(files={"daemon/util/a.h": ""})
        self.assertEqual(len(found), 1, found)
        self.assertIn("daemon/util", found[0])

    def test_model_knows_no_library_and_no_io(self):
        self.finds("daemon/model/a.h", "#include <fmt/core.h>\n", "third-party")
        self.finds("daemon/model/a.h", "#include <unistd.h>\n", "third-party")
        self.finds("daemon/model/a.h", "#include <iostream>\n", "no I/O")

    def test_words_stay_in_their_folders(self):
        for path, text in [
            ("daemon/core/a.cpp", "sdbus::Variant v;\n"),
            ("client/view.cpp", "sdbus::Variant v;\n"),
            ("daemon/core/a.cpp", "prometheus::Registry r;\n"),
            ("daemon/dbus/a.cpp", "MHD_start_daemon(0);\n"),
            ("daemon/core/a.cpp", "nlohmann::json j;\n"),
            ("daemon/main2.cpp", "CLI::App app;\n"),
            ("daemon/cgroupfs/a.cpp", "#include <filesystem>\n"),
            ("daemon/config/a.cpp", "std::ifstream in;\n"),
            ("daemon/core/a.cpp", 'popen("ls", "r");\n'),
            ("daemon/core/a.cpp", 'system("ls");\n'),
            ("client/a.cpp", 'std::system("ls");\n'),
        ]:
            with self.subTest(path=path, text=text):
                self.finds(path, text, "out of place")

    def test_what_only_looks_like_a_word_is_left_alone(self):
        self.assertEqual(self.faults(files={"daemon/core/a.cpp": "fail(system_error(1)); kernel.system(2); // sdbus::x\n"}), [])

    def test_names_of_limits_come_from_the_table(self):
        self.finds("daemon/core/manager.cpp", 'read("memory.max");\n', "limit table")
        self.finds("daemon/dbus/a.cpp", 'read("pids.max");\n', "limit table")
        self.assertEqual(self.faults(files={"daemon/cgroupfs/a.cpp": 'read("memory.max");\n'}), [])
        self.assertEqual(self.faults(files={"daemon/core/manager.cpp": 'read("memory.current");\n'}), [])

    def test_the_top_level_is_closed(self):
        self.finds("util/a.txt".split("/")[0], "", "top-level")
        self.finds("notes.md", "", "top-level")

    def test_no_file_names_somebodys_machine(self):
        self.finds("conf/a.conf", "path = /home/" + "alice/x\n", "one machine")
        self.finds("daemon/core/a.cpp", '// see "/wo' + 'rk/main/x"\n', "one machine")


if __name__ == "__main__":
    unittest.main()
