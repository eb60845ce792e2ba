# Every place, port and name that more than one file here knows. Sourced, with `root` already set to the repository.
# shellcheck shell=bash disable=SC2034

here="$root/localstack"
state="$root/.localstack" # all that is generated, but for target/ and .aws-sam/
logs="$state/logs"
env_file="$state/env"
calls_file="$state/calls.jsonl"

localstack_venv="$state/venv"
tools_venv="$state/tools"
dynamodb_dir="$state/dynamodb"

# Other ports for a second checkout on the same machine.
localstack_port=${COLCA_LOCALSTACK_PORT:-4566}
cdn_port=${COLCA_CDN_PORT:-8480}
export COLCA_CDN_PORT=$cdn_port COLCA_S3_ORIGIN="http://127.0.0.1:$localstack_port" # for cdn/start and cdn/stop
stack=colca
region=us-east-1

# Docker's and Rust's names of the same two machines.
case "$(uname -m)" in
    aarch64 | arm64) sam_arch=arm64 ;;
    *) sam_arch=x86_64 ;;
esac
