import type { Unavailable } from '../../brokers/provisioning/availability.ts';
import { reasonOf } from '../../brokers/provisioning/reason-of.ts';
import { runCommand } from '../../brokers/provisioning/run-command.ts';

const TRIAL_MS = 10_000;

/**
 * What stands for a container engine: a mount and a process namespace with a read-only root, in which the program is process 1
 * of the image's user. Arguments: root folder, this machine's node, user, group, working directory, then `NAME=value`s, `--` and
 * the command.
 */
export const CONTAINER_SCRIPT = `set -eu
root=$1 node=$2 user=$3 group=$4 workdir=$5; shift 5
mount --bind "$root" "$root"
for folder in /lib /lib64 /usr/lib; do
  [ -d "$folder" ] || continue
  mkdir -p "$root$folder"
  mount --bind "$folder" "$root$folder"
  mount -o remount,bind,ro "$root$folder"
done
mkdir -p "$root/dev" "$root/proc" "$root/etc" "$root/usr/local/bin"
for file in /dev/null /dev/urandom; do
  touch "$root$file"
  mount --bind "$file" "$root$file"
done
touch "$root/usr/local/bin/node"
mount --bind "$node" "$root/usr/local/bin/node"
echo '127.0.0.1 localhost' > "$root/etc/hosts"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec env -i "$@"
`;

/** What CONTAINER_SCRIPT is run by, so that it ends with whoever started it. */
export const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child'] as const;

let found: Promise<{ readonly available: true } | Unavailable> | undefined;

/** Whether containers can be started here without an engine. */
export function findSandbox(): Promise<{ readonly available: true } | Unavailable> {
  found ??= tryOut();
  return found;
}

async function tryOut(): Promise<{ readonly available: true } | Unavailable> {
  try {
    const trial =
      'mount -t proc proc /proc && exec setpriv --no-new-privs unshare --setgid=10001 --setuid=10001 -- true';
    await runCommand('unshare', [...NAMESPACES, '--', 'sh', '-c', trial], { timeoutMs: TRIAL_MS });
    return { available: true };
  } catch (error) {
    return { available: false, line: `no containers here (${reasonOf(error)}); needs Linux, root, and util-linux` };
  }
}
