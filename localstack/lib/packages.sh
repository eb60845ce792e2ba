# System packages, as apt-packages.txt lists them.
# shellcheck shell=bash

# missing_packages: those whose proof is not found.
missing_packages() {
    local package proof
    while read -r package proof; do
        [[ -z $package || $package == \#* ]] || _is_there "$proof" || printf '%s ' "$package"
    done <"$here/apt-packages.txt"
}

# install_packages PACKAGE…: by apt, as root or through sudo; starts no service of theirs, now or at the next boot.
install_packages() {
    local sudo=(sudo) policy=/usr/sbin/policy-rc.d
    ((EUID != 0)) || sudo=()
    if [[ ! -e $policy ]]; then
        # Asked by every package before it starts a service; 101 means no. The nginx we run is our own.
        # shellcheck disable=SC2064
        trap "${sudo[*]} rm -f $policy" EXIT
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
        "${sudo[@]}" chmod 755 "$policy"
    fi
    "${sudo[@]}" apt-get update
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
    if [[ " $* " == *" nginx-light "* ]] && command -v systemctl >/dev/null; then
        "${sudo[@]}" systemctl disable --quiet nginx || true
    fi
}

# can_install: whether we know how and are allowed to.
can_install() {
    command -v apt-get >/dev/null || return 1
    ((EUID == 0)) || sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }
}

_is_there() {
    case $1 in
        python:*) "$(find_python)" -c "import ${1#python:}" 2>/dev/null ;;
        file:*) [[ -e ${1#file:} ]] ;;
        *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;; # nginx is where a user's PATH does not look
    esac
}
