#!/usr/bin/env python3
"""Clients that mean no good: holds all of them open and scrapes meanwhile. usage: hostile.py PORT SECONDS-A-SCRAPE-MAY-TAKE"""
import os
import socket
import sys
import time

PORT, LIMIT = int(sys.argv[1]), float(sys.argv[2])
held = []
faults = []


def connect(window=None):
    client = socket.socket()
    if window:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.settimeout(20)
    client.connect(("127.0.0.1", PORT))
    return client


def hold(text, window=None):
    client = connect(window)
    try:
        client.sendall(text)
    except OSError:
        pass  # thrown out while it still spoke
    held.append(client)


def scrape(after):
    begin = time.monotonic()
    try:
        with connect() as client:
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            page = b""
            while part := client.recv(1 << 16):
                page += part
    except OSError as error:
        faults.append("a scrape after %s failed: %s" % (after, error))
        return
    took = time.monotonic() - begin
    print("%s: %.0f ms" % (after, took * 1000))
    if not page.startswith(b"HTTP/1.1 200 OK\r\n") or b"\ncgroupd_scrape_duration_seconds " not in page:
        faults.append("a scrape after %s was answered: %r" % (after, page[:100]))
    if took > LIMIT:
        faults.append("a scrape after %s took %.1f s" % (after, took))


GET = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
scrape("nothing")
for _ in range(40):
    hold(GET)
scrape("40 half-sent requests")
for _ in range(20):
    hold(GET + b"\r\n", window=2048)
scrape("20 readers that do not read")
for text in (os.urandom(4096), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500), b"\r\n" * 5000, b"GET " + b"/" * 70000,
             b"GET / HTTP/9.9\r\n\r\n", b"PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
             b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
             b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n" + b"a" * 100000,
             b"GET /metrics HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 900) for i in range(200)) + b"\r\n",
             b"GET /metrics HTTP/1.1\r\nHost: \0\r\n\0\r\n\r\n", b"GET /%2e%2e/%00/metrics HTTP/1.1\r\nHost: x\r\n\r\n",
             b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", GET * 300):
    for _ in range(4):
        hold(text)
scrape("garbage")
hold((GET + b"\r\n") * 200, window=2048)
scrape("200 requests at once on one connection that nobody reads")
for index in range(1000 - len(held)):
    hold(b"" if index % 2 else GET[:index % len(GET)])
scrape("1,000 connections")
for client in held[::3]:
    client.close()
for _ in range(300):
    connect().close()
scrape("many that came and went")
print("\n".join(faults))
sys.exit(1 if faults else 0)
