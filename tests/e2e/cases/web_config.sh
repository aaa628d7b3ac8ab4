# TLS and passwords from a web configuration in Prometheus' form.
# needs: once

certificate() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$work/$1.key" -out "$work/$1.crt" 2>"$work/err"
}
code() { # CURL-ARGUMENT...
    try curl -sS -o /dev/null -w '%{http_code}' "$@"
}
with_certificate() { # NAME
    sed "s/NAME/$1/g" >"$work/web.new" <<'END'
tls_server_config: { cert_file: NAME.crt, key_file: NAME.key }
basic_auth_users:
  # alice:secret
  alice: $2b$04$a7ea.8NJgfpndDJrliCVZeFk4waMxt.bXOIkwT2hZrFmJiYheGWme
END
    mv "$work/web.new" "$work/web.yml"
}
url=https://127.0.0.1:9753
socket=$XDG_RUNTIME_DIR/cgroupd/metrics.sock
certificate first && certificate second && with_certificate first || it 'cannot begin'
printf '[metrics]\nweb-config = %s/web.yml\n' "$work" >"$config"
daemon_restart

it 'serves under the certificate, to who knows the password'
code --cacert "$work/first.crt" -u alice:secret $url/metrics
expect_stdout 200
code --cacert "$work/first.crt" --tlsv1.2 --tls-max 1.2 -u alice:secret $url/metrics
expect_stdout 200

it 'serves nobody else'
code --cacert "$work/first.crt" $url/metrics
expect_stdout 401
code --cacert "$work/first.crt" -u alice:wrong $url/metrics
expect_stdout 401
try curl -sS -o /dev/null http://127.0.0.1:9753/metrics
expect "a failure without TLS, found status $status" [ "$status" -ne 0 ]
try curl -sS -o /dev/null --cacert "$work/first.crt" --tls-max 1.1 -u alice:secret $url/metrics
expect "a failure with TLS 1.1, found status $status" [ "$status" -ne 0 ]

it 'leaves the socket to its owner'
code --unix-socket "$socket" http://localhost/metrics
expect_stdout 200

it 'takes another certificate without a restart'
with_certificate second
code --cacert "$work/second.crt" -u alice:secret $url/metrics
expect_stdout 200

it 'keeps what was when a change has a fault, and says so'
echo 'basic_auth_users: { alice: secret }' >"$work/web.yml"
try curl -sS -f --cacert "$work/second.crt" -u alice:secret $url/metrics
expect_status 0
expect_in_stdout '
cgroupd_web_config_last_reload_successful 0
'
with_certificate second
cp "$work/first.key" "$work/second.key"
try curl -sS -f --cacert "$work/second.crt" -u alice:secret $url/metrics
expect_status 0

it 'serves no TCP at all when the file is wrong from the beginning'
echo 'basic_auth_users: { alice: secret }' >"$work/web.yml"
daemon_restart
try curl -sS -o /dev/null http://127.0.0.1:9753/metrics
expect "a failure, found status $status" [ "$status" -ne 0 ]
code --unix-socket "$socket" http://localhost/metrics
expect_stdout 200

: >"$config"
daemon_restart

it 'manages limits all the same under a certificate that cannot be served, and serves once it can'
printf '[metrics]\nweb-config = %s/web.yml\n' "$work" >"$config"
certificate first && certificate second
cp "$work/first.key" "$work/second.key"
with_certificate second
daemon_restart
try cgctl create managed --memory 32M
expect_status 0
code --unix-socket "$socket" http://localhost/metrics
expect_stdout 200
with_certificate first
code --unix-socket "$socket" http://localhost/metrics
code --cacert "$work/first.crt" -u alice:secret $url/metrics
expect_stdout 200
: >"$config"
daemon_restart
