#!/usr/bin/env bash
# slackoauth-stores/documentdb:18: the DocumentDB engine (MongoDB's query and update language) inside PostgreSQL 18, the base of what stands in for a mongod where none
# can be pulled. It speaks PostgreSQL's protocol; the gateway that speaks MongoDB's is under tests/.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
forky() { debian_base forky; }
ensure_image slackoauth-stores/documentdb:18 documentdb forky
