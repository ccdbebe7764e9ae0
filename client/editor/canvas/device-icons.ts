import { BrickWall, Cloud, Database, Monitor, Router, Server, Split, type LucideIcon } from 'lucide-react';
import type { DeviceIcon } from '#shared/topology/schema';

export const deviceIcons: Readonly<Record<DeviceIcon, LucideIcon>> = {
  server: Server,
  router: Router,
  switch: Split,
  firewall: BrickWall,
  computer: Monitor,
  cloud: Cloud,
  database: Database,
};
