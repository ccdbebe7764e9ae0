-- Generated from drizzle/ by `npm run db:generate`. Do not edit.
set names utf8mb4;
insert into `roles` (`id`, `name`, `created_at`) values (1, 'user', default);
insert into `roles` (`id`, `name`, `created_at`) values (2, 'instructor', default);
insert into `roles` (`id`, `name`, `created_at`) values (3, 'admin', default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (1, 'nano', 1, 1024, 2, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (2, 'mini', 1, 2048, 3, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (3, 'micro', 2, 2048, 4, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (4, 'small', 2, 4096, 6, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (5, 'medium', 4, 8192, 8, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (6, 'large', 8, 12288, 10, default, default);
insert into `flavours` (`id`, `name`, `vcpus`, `ram_mb`, `disk_gb`, `retired_at`, `created_at`) values (7, 'xlarge', 16, 16384, 12, default, default);
insert into `images` (`id`, `name`, `description`, `kind`, `source`, `sha256`, `size_mb`, `min_ram_mb`, `min_disk_gb`, `ready_marker`, `owner_id`, `visibility`, `retired_at`, `created_at`) values (1, 'tiny', 'A small Linux that boots in seconds, with a shell on its serial console and tools of the network: tcpdump, iperf3, nc, traceroute, httpd.', 'kernel', 'builtin:tiny', default, default, 96, 0, 'TRAMA-READY', default, default, default, default);
insert into `images` (`id`, `name`, `description`, `kind`, `source`, `sha256`, `size_mb`, `min_ram_mb`, `min_disk_gb`, `ready_marker`, `owner_id`, `visibility`, `retired_at`, `created_at`) values (2, 'router', 'A router that boots in seconds: FRR with OSPF, OSPFv3 and BGP, configured by /etc/frr/frr.conf and vtysh. It forwards IPv4 and IPv6, and has the tools of tiny.', 'kernel', 'builtin:router', default, default, 128, 0, 'TRAMA-READY', default, default, default, default);
insert into `availability_zones` (`id`, `name`, `provider`, `enabled`, `home_id`, `released`, `limit_vcpus`, `limit_ram_mb`, `limit_disk_gb`, `overcommit`, `settings`, `secrets`, `settings_version`, `created_at`) values (1, 'local', 'qemu', default, default, default, default, default, default, '{\"vcpus\":16,\"ram\":4,\"disk\":4}', default, default, default, default);
insert into `quotas` (`id`, `role_id`, `user_id`, `slices`, `vms`, `vcpus`, `ram_mb`, `disk_gb`, `running_vms`, `running_vcpus`, `running_ram_mb`, `snapshots`, `image_mb`) values (1, 1, default, 20, 200, 400, 524288, 2000, 60, 120, 131072, 40, 20480);
insert into `quotas` (`id`, `role_id`, `user_id`, `slices`, `vms`, `vcpus`, `ram_mb`, `disk_gb`, `running_vms`, `running_vcpus`, `running_ram_mb`, `snapshots`, `image_mb`) values (2, 2, default, 200, 2000, 4000, 4194304, 20000, 600, 1200, 1048576, 400, 204800);
