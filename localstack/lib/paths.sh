# Every place, port and name that more than one file here knows. Sourced, with `root` already set to the repository.
# shellcheck shell=bash disable=SC2034

here="$root/localstack"
state="$root/.localstack" # all that is generated, but for target/ and .aws-sam/
logs="$state/logs"
env_file="$state/env"

localstack_venv="$state/venv"
tools_venv="$state/tools"
dynamodb_dir="$state/dynamodb"

localstack_port=4566
cdn_port=8480
stack=colca
region=us-east-1

# Docker's and Rust's names of the same two machines.
case "$(uname -m)" in
    aarch64 | arm64) sam_arch=arm64 ;;
    *) sam_arch=x86_64 ;;
esac
