"""Reads Authentication-Results fields with python3-authres: fields come as a list in JSON, and so do their results. Run by Debian's Python."""

import json
import sys

import authres


def results(field):
    header = authres.AuthenticationResultsHeader.parse(field.rstrip("\r\n"))
    return [header.authserv_id, [[one.method, one.result, [[f"{p.type}.{p.name}", p.value] for p in one.properties]] for one in header.results]]


json.dump([results(field) for field in json.load(sys.stdin)], sys.stdout)
