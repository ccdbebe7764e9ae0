/** Something that the machine may lack and Trama can do without, up to a point. */
export type Want = 'database' | 'qemu' | 'internet' | 'debian' | 'chromium';

export interface Requirement {
  /** For people: "lacks …". */
  title: string;
  /** What does not work without it. */
  without: string;
  /** All rows are needed; of a row's programs one is enough. */
  programs: readonly (readonly string[])[];
  /** Debian's and Ubuntu's packages that bring them. */
  packages: readonly string[];
}

export const requirements: Readonly<Record<Want, Requirement>> = {
  database: {
    title: 'a database server (MariaDB or MySQL)',
    without: 'Trama needs one, or DATABASE_URL',
    programs: [['mariadbd', 'mysqld']],
    packages: ['mariadb-server-core', 'mariadb-client-core'],
  },
  qemu: {
    title: 'QEMU',
    without: 'no VM can run on this machine',
    programs: [['qemu-system-x86_64'], ['qemu-img'], ['genisoimage'], ['unxz']],
    packages: ['qemu-system-x86', 'qemu-utils', 'genisoimage', 'xz-utils'],
  },
  internet: {
    title: 'pasta',
    without: 'no VM can have internet access',
    programs: [['pasta'], ['ip']],
    packages: ['passt', 'iproute2'],
  },
  debian: {
    title: 'mmdebstrap',
    without: 'the image debian cannot be built',
    programs: [['mmdebstrap'], ['mke2fs']],
    packages: ['mmdebstrap', 'e2fsprogs'],
  },
  chromium: {
    title: 'Chromium',
    without: 'the tests in the browser cannot run',
    programs: [['chromium', 'chromium-browser', 'google-chrome']],
    packages: ['chromium'],
  },
};
