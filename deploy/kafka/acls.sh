#!/bin/sh
# Gives a principal of a Kafka cluster the rights that its role with jambus takes, and no others. The rules are below; each
# has a test that it is needed (test/conformance/kafka-rights.test.ts). Operations that go with another one are left out:
# Read and Write bring Describe, AlterConfigs brings DescribeConfigs.
set -eu

usage() {
  cat <<'TEXT'
Usage: acls.sh ROLE --principal User:NAME --bootstrap-server HOST:PORT [options]

Roles:
  adapter        an adapter that makes the topics which are missing
  adapter-fixed  an adapter that finds all topics (JAMBUS_KAFKA_CREATE_TOPICS=false)
  microservice   sends commands, hears results and events
  operator       looks at topics and settings, alters settings, publishes dead letters again as commands

Options:
  --prefix NAME           of the topics, as JAMBUS_PREFIX; by default jambonz
  --group NAME            of the adapters, as JAMBUS_KAFKA_GROUP; by default <prefix>.commands.adapters
  --client NAME           of a microservice: what its clientId and its durable names begin with; by default <prefix>-service.
                          No name of another application may begin with it.
  --command-config FILE   settings with which kafka-acls.sh signs in
  --remove                takes the rights away
TEXT
}

fail() {
  printf 'acls.sh: %s\n\n' "$1" >&2
  usage >&2
  exit 2
}

role= principal= server= prefix=jambonz group= client= config= action=--add
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit ;;
    --remove) action=--remove; shift; continue ;;
    --principal | --bootstrap-server | --prefix | --group | --client | --command-config)
      [ $# -ge 2 ] || fail "$1 needs a value" ;;
    -*) fail "$1 is no option" ;;
    *) [ -z "$role" ] || fail "$1 is one role too many"; role=$1; shift; continue ;;
  esac
  case $1 in
    --principal) principal=$2 ;;
    --bootstrap-server) server=$2 ;;
    --prefix) prefix=$2 ;;
    --group) group=$2 ;;
    --client) client=$2 ;;
    --command-config) config=$2 ;;
  esac
  shift 2
done
[ -n "$role" ] || fail 'which role?'
[ -n "$principal" ] || fail '--principal is missing'
[ -n "$server" ] || fail '--bootstrap-server is missing'
group=${group:-$prefix.commands.adapters}
client=${client:-$prefix-service}
# Whoever may read that group can take the commands away from the adapters.
case $group in "$client"*) fail "--client $client: the group of the adapters ($group) begins with it" ;; esac

# Operation, kind of resource, its name, and whether that is the whole name or how names begin.
rules() {
  case $role in
    adapter)
      adapter_rules
      cat <<RULES
Create topic $prefix.commands literal
Create topic $prefix.events literal
Create topic $prefix.results literal
Create topic $prefix.deadletters literal
RULES
      ;;
    adapter-fixed) adapter_rules ;;
    microservice)
      cat <<RULES
Write topic $prefix.commands literal
Read topic $prefix.results literal
Read topic $prefix.events literal
Read group $client prefixed
RULES
      ;;
    operator)
      cat <<RULES
AlterConfigs topic $prefix.commands literal
AlterConfigs topic $prefix.events literal
AlterConfigs topic $prefix.results literal
AlterConfigs topic $prefix.deadletters literal
Describe topic $prefix.events literal
Describe topic $prefix.results literal
Describe group $group literal
Read topic $prefix.deadletters literal
Write topic $prefix.commands literal
Read group $prefix-operator prefixed
RULES
      ;;
    *) fail "$role is no role" ;;
  esac
}

adapter_rules() {
  cat <<RULES
Read topic $prefix.commands literal
Read group $group literal
Read topic $prefix.events literal
Write topic $prefix.events literal
Read topic $prefix.results literal
Write topic $prefix.results literal
Write topic $prefix.deadletters literal
DescribeConfigs topic $prefix.commands literal
DescribeConfigs topic $prefix.events literal
DescribeConfigs topic $prefix.results literal
DescribeConfigs topic $prefix.deadletters literal
RULES
}

all=$(rules)
printf '%s\n' "$all" | while read -r operation kind name pattern; do
  # --force asks no questions.
  kafka-acls.sh --bootstrap-server "$server" ${config:+--command-config "$config"} "$action" --force \
    --allow-principal "$principal" --operation "$operation" "--$kind" "$name" --resource-pattern-type "$pattern" </dev/null
done
