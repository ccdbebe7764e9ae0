import { diskLogin } from '#shared/builtin-images';
import type { VmSpec } from '../../provider';

/**
 * Gives an account that is there already the password that its VM says, when that is another than was said last: a password that was set in the
 * guest stays, and one that came along with the disk of another VM goes. Before its first boot there is no account yet, and cloud-init makes it.
 */
const writePassword = [
  'file=/var/lib/trama/password',
  'known=$(cat "$file" 2> /dev/null)',
  '[ "$known" = "$2" ] && exit 0',
  // guests of before had no other
  'old=${known:-builtin}',
  'mkdir -p "${file%/*}" && (umask 077 && printf %s "$2" > "$file")',
  'getent passwd "$1" > /dev/null && [ "$old" != "$2" ] || exit 0',
  'case $2 in',
  'builtin) printf "%s:%s" "$1" "$3" | chpasswd ;;',
  'none) printf "%s:*" "$1" | chpasswd -e ;;',
  '*) printf "%s:%s" "$1" "$2" | chpasswd -e ;;',
  'esac',
].join('\n');

/** What cloud-init makes the account with, at a VM's first boot (https://cloudinit.readthedocs.io/en/latest/reference/modules.html#users-and-groups). */
export function firstPassword({ password }: Pick<VmSpec, 'password'>): Record<string, unknown> {
  switch (password) {
    case 'builtin':
      return { plain_text_passwd: diskLogin.password, lock_passwd: false };
    case 'none':
      return { lock_passwd: true };
    default:
      return { hashed_passwd: password, lock_passwd: false };
  }
}

/** What is done about it at every boot. */
export function passwordCommand({ password }: Pick<VmSpec, 'password'>): string[] {
  return ['sh', '-c', writePassword, 'sh', diskLogin.user, password, diskLogin.password];
}
