# What start and stop share: where the stand-in lives and whether it runs. To be sourced.
# shellcheck shell=bash
dir=${COLCA_CDN_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.localstack/cdn}
port=${COLCA_CDN_PORT:-8480}
PATH=$PATH:/usr/sbin # where Debian keeps nginx, out of an ordinary user's PATH

nginx_here() { # nginx with its prefix here; -e, for it opens its log before it reads the configuration
  nginx -p "$dir/" -c "$dir/nginx.conf" -e "$dir/logs/error.log" "$@"
}

running_pid() { # prints the pid of our nginx; fails if there is none (a stale file may name another process)
  local pid
  pid=$(cat "$dir/nginx.pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  case $(ps -o args= -p "$pid" 2>/dev/null) in
    *nginx*"$dir/nginx.conf"*) echo "$pid" ;;
    *) return 1 ;;
  esac
}

port_open() { # whether anything listens
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
