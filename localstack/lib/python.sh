# Python 3.11 and the two environments made with it: LocalStack's and the tools'.
# shellcheck shell=bash

# find_python: a Python 3.11 that runs. A name alone proves nothing: pyenv puts a `python3.11` on the PATH that only
# complains unless that version is selected. Prints `false`, a command that fails, if there is none.
find_python() {
    local candidate
    for candidate in python3.11 /usr/bin/python3.11 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.11.*/bin/python3.11 python3; do
        # Prints where it really is: what is made with a shim of pyenv would follow pyenv's next choice.
        "$candidate" -c 'import sys, ssl, ctypes; sys.version_info[:2] == (3, 11) or sys.exit(1); print(sys.executable)' \
            2>/dev/null && return
    done
    printf 'false\n'
}

# Where a company inspects its traffic, the system knows the certificate for it and uv's own list does not.
export UV_SYSTEM_CERTS=true

# check_python: ends the run with words if there is no usable Python.
check_python() {
    [[ $(find_python) != false ]] || fail \
        "No Python 3.11 found (with ssl and ctypes): LocalStack 4.9.2 and its pinned packages are used with that one." \
        "Debian 12 has it: apt-get install python3.11-venv. Elsewhere: pyenv install 3.11, then run this again." \
        "Seen here: $(python3 --version 2>&1 || true) as python3."
}

# make_venv DIRECTORY LOCKFILE: a new environment with exactly what the lock file says, hashes checked.
make_venv() {
    local uv="$state/uv/bin/uv"
    if [[ ! -x $uv ]]; then
        "$(find_python)" -m venv --clear "$state/uv"
        "$state/uv/bin/pip" install --disable-pip-version-check "$(grep '^uv==' "$here/uv.txt")"
    fi
    "$uv" venv --clear --python "$(find_python)" "$1"
    # uv reads neither pip's file nor its variables; this one it should, where packages come from a mirror.
    [[ -z ${PIP_INDEX_URL-} ]] || export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}
    "$uv" pip install --python "$1/bin/python" --require-hashes --requirement "$2"
}

# install_executor: our plugin, from the folder itself, so that a change needs no new install.
install_executor() {
    "$state/uv/bin/uv" pip install --python "$localstack_venv/bin/python" --no-deps \
        --editable "$here/executor"
}
