-- Generated from drizzle/ by `npm run db:generate`. Do not edit.
set names utf8mb4;
alter database character set utf8mb4 collate utf8mb4_unicode_ci;
CREATE TABLE `audit_log` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned,
	`action` varchar(64) NOT NULL,
	`object_type` varchar(32),
	`object_id` bigint unsigned,
	`ip` varchar(45),
	`details` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `audit_log_id` PRIMARY KEY(`id`)
);
CREATE TABLE `availability_zones` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`name` varchar(63) NOT NULL,
	`provider` enum('qemu','openstack','simulator') NOT NULL,
	`enabled` boolean NOT NULL DEFAULT true,
	`limit_vcpus` int unsigned,
	`limit_ram_mb` int unsigned,
	`limit_disk_gb` int unsigned,
	`overcommit` json NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `availability_zones_id` PRIMARY KEY(`id`),
	CONSTRAINT `availability_zones_name_unique` UNIQUE(`name`)
);
CREATE TABLE `flavours` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`name` varchar(63) NOT NULL,
	`vcpus` int unsigned NOT NULL,
	`ram_mb` int unsigned NOT NULL,
	`disk_gb` int unsigned NOT NULL,
	`retired_at` datetime(3),
	`live_name` varchar(63) GENERATED ALWAYS AS ((case when retired_at is null then name else null end)) STORED,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `flavours_id` PRIMARY KEY(`id`),
	CONSTRAINT `flavours_live_name_unique` UNIQUE(`live_name`)
);
CREATE TABLE `images` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`name` varchar(63) NOT NULL,
	`description` varchar(500) NOT NULL DEFAULT '',
	`kind` enum('kernel','disk') NOT NULL,
	`source` varchar(1000) NOT NULL,
	`sha256` varchar(64),
	`size_mb` int unsigned,
	`min_ram_mb` int unsigned NOT NULL DEFAULT 0,
	`min_disk_gb` int unsigned NOT NULL DEFAULT 0,
	`ready_marker` varchar(100),
	`retired_at` datetime(3),
	`live_name` varchar(63) GENERATED ALWAYS AS ((case when retired_at is null then name else null end)) STORED,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `images_id` PRIMARY KEY(`id`),
	CONSTRAINT `images_live_name_unique` UNIQUE(`live_name`)
);
CREATE TABLE `deployment_steps` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`deployment_id` bigint unsigned NOT NULL,
	`seq` int unsigned NOT NULL,
	`key` varchar(160) NOT NULL,
	`resource` enum('image','network','vm','edge','slice') NOT NULL,
	`resource_id` bigint unsigned NOT NULL,
	`label` varchar(140) NOT NULL,
	`action` enum('prepare','create','start','connect','stop','reboot','disconnect','remove','sweep') NOT NULL,
	`depends_on` json NOT NULL,
	`status` enum('pending','running','done','failed','undone','skipped') NOT NULL DEFAULT 'pending',
	`attempts` int unsigned NOT NULL DEFAULT 0,
	`error` varchar(500),
	`started_at` datetime(3),
	`finished_at` datetime(3),
	CONSTRAINT `deployment_steps_id` PRIMARY KEY(`id`),
	CONSTRAINT `deployment_steps_deployment_seq_unique` UNIQUE(`deployment_id`,`seq`)
);
CREATE TABLE `deployments` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`kind` enum('deploy','start','stop','reboot','destroy') NOT NULL,
	`status` enum('queued','pending','running','succeeded','failed','cancelled') NOT NULL,
	`slice_vm_id` bigint unsigned,
	`requested_by` bigint unsigned NOT NULL,
	`idempotency_key` varchar(64),
	`cancel_requested` boolean NOT NULL DEFAULT false,
	`superseded` boolean NOT NULL DEFAULT false,
	`lease_owner` varchar(64),
	`claimable_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	`error` varchar(500),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`started_at` datetime(3),
	`finished_at` datetime(3),
	CONSTRAINT `deployments_id` PRIMARY KEY(`id`),
	CONSTRAINT `deployments_slice_idempotency_unique` UNIQUE(`slice_id`,`idempotency_key`)
);
CREATE TABLE `events` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`data` json NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `events_id` PRIMARY KEY(`id`)
);
CREATE TABLE `console_tokens` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`token_hash` varchar(64) NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`slice_vm_id` bigint unsigned NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `console_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `console_tokens_token_hash_unique` UNIQUE(`token_hash`)
);
CREATE TABLE `slice_edges` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`source_vm_id` bigint unsigned NOT NULL,
	`target_vm_id` bigint unsigned,
	`target_network_id` bigint unsigned,
	`subnet` varchar(43) NOT NULL,
	`source_address` varchar(43) NOT NULL,
	`target_address` varchar(43),
	`source_nic` int unsigned NOT NULL,
	`target_nic` int unsigned,
	`status` enum('absent','down','up','unknown') NOT NULL DEFAULT 'absent',
	`observed_at` datetime(3),
	CONSTRAINT `slice_edges_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_edges_slice_key_unique` UNIQUE(`slice_id`,`key`)
);
CREATE TABLE `slice_networks` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`name` varchar(63) NOT NULL,
	`subnet` varchar(43) NOT NULL,
	`x` double NOT NULL,
	`y` double NOT NULL,
	`status` enum('absent','down','up','unknown') NOT NULL DEFAULT 'absent',
	CONSTRAINT `slice_networks_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_networks_slice_key_unique` UNIQUE(`slice_id`,`key`)
);
CREATE TABLE `slice_vms` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`name` varchar(63) NOT NULL,
	`flavour_id` bigint unsigned NOT NULL,
	`image_id` bigint unsigned NOT NULL,
	`vcpus` int unsigned NOT NULL,
	`ram_mb` int unsigned NOT NULL,
	`disk_gb` int unsigned NOT NULL,
	`internet` boolean NOT NULL,
	`forwards` json NOT NULL,
	`x` double NOT NULL,
	`y` double NOT NULL,
	`desired` enum('absent','stopped','running') NOT NULL DEFAULT 'absent',
	`status` enum('absent','stopped','starting','running','paused','failed','unknown') NOT NULL DEFAULT 'absent',
	`observed_at` datetime(3),
	`error` varchar(500),
	CONSTRAINT `slice_vms_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_vms_slice_key_unique` UNIQUE(`slice_id`,`key`)
);
CREATE TABLE `slices` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`owner_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`template_id` bigint unsigned,
	`template_revision` int unsigned,
	`name` varchar(63) NOT NULL,
	`status` enum('draft','deploying','active','degraded','stopped','failed','destroying','destroyed') NOT NULL DEFAULT 'draft',
	`idempotency_key` varchar(64),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`updated_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`deleted_at` datetime(3),
	`live_name` varchar(63) GENERATED ALWAYS AS ((case when deleted_at is null then name else null end)) STORED,
	CONSTRAINT `slices_id` PRIMARY KEY(`id`),
	CONSTRAINT `slices_owner_live_name_unique` UNIQUE(`owner_id`,`live_name`),
	CONSTRAINT `slices_owner_idempotency_unique` UNIQUE(`owner_id`,`idempotency_key`)
);
CREATE TABLE `template_edges` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`revision_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`source_vm_id` bigint unsigned NOT NULL,
	`target_vm_id` bigint unsigned,
	`target_network_id` bigint unsigned,
	CONSTRAINT `template_edges_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_edges_revision_key_unique` UNIQUE(`revision_id`,`key`)
);
CREATE TABLE `template_networks` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`revision_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`name` varchar(63) NOT NULL,
	`x` double NOT NULL,
	`y` double NOT NULL,
	CONSTRAINT `template_networks_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_networks_revision_key_unique` UNIQUE(`revision_id`,`key`)
);
CREATE TABLE `template_revisions` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`number` int unsigned NOT NULL,
	`created_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `template_revisions_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_revisions_template_number_unique` UNIQUE(`template_id`,`number`)
);
CREATE TABLE `template_vms` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`revision_id` bigint unsigned NOT NULL,
	`key` varchar(64) NOT NULL,
	`name` varchar(63) NOT NULL,
	`flavour_id` bigint unsigned NOT NULL,
	`image_id` bigint unsigned NOT NULL,
	`internet` boolean NOT NULL DEFAULT false,
	`forwards` json NOT NULL,
	`x` double NOT NULL,
	`y` double NOT NULL,
	CONSTRAINT `template_vms_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_vms_revision_key_unique` UNIQUE(`revision_id`,`key`),
	CONSTRAINT `template_vms_revision_name_unique` UNIQUE(`revision_id`,`name`)
);
CREATE TABLE `templates` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`owner_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`description` varchar(500) NOT NULL DEFAULT '',
	`revision` int unsigned NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`updated_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`deleted_at` datetime(3),
	`live_name` varchar(63) GENERATED ALWAYS AS ((case when deleted_at is null then name else null end)) STORED,
	CONSTRAINT `templates_id` PRIMARY KEY(`id`),
	CONSTRAINT `templates_owner_live_name_unique` UNIQUE(`owner_id`,`live_name`)
);
CREATE TABLE `api_tokens` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`kind` enum('session','pat','service') NOT NULL,
	`token_hash` varchar(64) NOT NULL,
	`user_agent` varchar(255),
	`ip` varchar(45),
	`expires_at` datetime(3) NOT NULL,
	`last_used_at` datetime(3),
	`revoked_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `api_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `api_tokens_token_hash_unique` UNIQUE(`token_hash`)
);
CREATE TABLE `rate_limits` (
	`key` varchar(128) NOT NULL,
	`attempts` bigint unsigned NOT NULL,
	`window_ends_at` datetime(3) NOT NULL,
	CONSTRAINT `rate_limits_key` PRIMARY KEY(`key`)
);
CREATE TABLE `roles` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`name` enum('user','instructor','admin') NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `roles_id` PRIMARY KEY(`id`),
	CONSTRAINT `roles_name_unique` UNIQUE(`name`)
);
CREATE TABLE `users` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`email` varchar(254) NOT NULL,
	`name` varchar(63) NOT NULL,
	`password_hash` varchar(255) NOT NULL,
	`role_id` bigint unsigned NOT NULL,
	`disabled_at` datetime(3),
	`deleted_at` datetime(3),
	`live_email` varchar(254) GENERATED ALWAYS AS ((case when deleted_at is null then email else null end)) STORED,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_live_email_unique` UNIQUE(`live_email`)
);
ALTER TABLE `deployment_steps` ADD CONSTRAINT `deployment_steps_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_requested_by_users_id_fk` FOREIGN KEY (`requested_by`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `events` ADD CONSTRAINT `events_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `console_tokens` ADD CONSTRAINT `console_tokens_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `console_tokens` ADD CONSTRAINT `console_tokens_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_edges` ADD CONSTRAINT `slice_edges_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_edges` ADD CONSTRAINT `slice_edges_source_vm_fk` FOREIGN KEY (`source_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_edges` ADD CONSTRAINT `slice_edges_target_vm_fk` FOREIGN KEY (`target_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_edges` ADD CONSTRAINT `slice_edges_target_network_fk` FOREIGN KEY (`target_network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_networks` ADD CONSTRAINT `slice_networks_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_vms` ADD CONSTRAINT `slice_vms_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_vms` ADD CONSTRAINT `slice_vms_flavour_id_flavours_id_fk` FOREIGN KEY (`flavour_id`) REFERENCES `flavours`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `slice_vms` ADD CONSTRAINT `slice_vms_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `slices` ADD CONSTRAINT `slices_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `slices` ADD CONSTRAINT `slices_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `slices` ADD CONSTRAINT `slices_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `template_edges` ADD CONSTRAINT `template_edges_revision_id_template_revisions_id_fk` FOREIGN KEY (`revision_id`) REFERENCES `template_revisions`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_edges` ADD CONSTRAINT `template_edges_source_vm_fk` FOREIGN KEY (`source_vm_id`) REFERENCES `template_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_edges` ADD CONSTRAINT `template_edges_target_vm_fk` FOREIGN KEY (`target_vm_id`) REFERENCES `template_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_edges` ADD CONSTRAINT `template_edges_target_network_fk` FOREIGN KEY (`target_network_id`) REFERENCES `template_networks`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_networks` ADD CONSTRAINT `template_networks_revision_id_template_revisions_id_fk` FOREIGN KEY (`revision_id`) REFERENCES `template_revisions`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_revisions` ADD CONSTRAINT `template_revisions_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_revisions` ADD CONSTRAINT `template_revisions_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `template_vms` ADD CONSTRAINT `template_vms_revision_id_template_revisions_id_fk` FOREIGN KEY (`revision_id`) REFERENCES `template_revisions`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_vms` ADD CONSTRAINT `template_vms_flavour_id_flavours_id_fk` FOREIGN KEY (`flavour_id`) REFERENCES `flavours`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `template_vms` ADD CONSTRAINT `template_vms_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `templates` ADD CONSTRAINT `templates_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `api_tokens` ADD CONSTRAINT `api_tokens_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `users` ADD CONSTRAINT `users_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE restrict ON UPDATE no action;
CREATE INDEX `audit_log_user_id_index` ON `audit_log` (`user_id`,`id`);
CREATE INDEX `audit_log_object_index` ON `audit_log` (`object_type`,`object_id`,`id`);
CREATE INDEX `flavours_name_index` ON `flavours` (`name`);
CREATE INDEX `images_name_index` ON `images` (`name`);
CREATE INDEX `deployments_claimable_at_index` ON `deployments` (`claimable_at`);
CREATE INDEX `deployments_slice_id_index` ON `deployments` (`slice_id`,`id`);
CREATE INDEX `deployments_slice_status_index` ON `deployments` (`slice_id`,`status`);
CREATE INDEX `deployments_requested_by_index` ON `deployments` (`requested_by`);
CREATE INDEX `deployments_slice_vm_id_index` ON `deployments` (`slice_vm_id`);
CREATE INDEX `events_slice_id_index` ON `events` (`slice_id`,`id`);
CREATE INDEX `console_tokens_user_id_index` ON `console_tokens` (`user_id`);
CREATE INDEX `console_tokens_slice_vm_id_index` ON `console_tokens` (`slice_vm_id`);
CREATE INDEX `console_tokens_expires_at_index` ON `console_tokens` (`expires_at`);
CREATE INDEX `slice_vms_flavour_id_index` ON `slice_vms` (`flavour_id`);
CREATE INDEX `slice_vms_image_id_index` ON `slice_vms` (`image_id`);
CREATE INDEX `slices_owner_updated_index` ON `slices` (`owner_id`,`deleted_at`,`updated_at`,`id`);
CREATE INDEX `slices_updated_index` ON `slices` (`deleted_at`,`updated_at`,`id`);
CREATE INDEX `slices_zone_index` ON `slices` (`zone_id`,`deleted_at`);
CREATE INDEX `slices_template_id_index` ON `slices` (`template_id`);
CREATE INDEX `template_revisions_created_by_index` ON `template_revisions` (`created_by`);
CREATE INDEX `template_vms_flavour_id_index` ON `template_vms` (`flavour_id`);
CREATE INDEX `template_vms_image_id_index` ON `template_vms` (`image_id`);
CREATE INDEX `templates_owner_updated_index` ON `templates` (`owner_id`,`deleted_at`,`updated_at`,`id`);
CREATE INDEX `templates_owner_name_index` ON `templates` (`owner_id`,`deleted_at`,`name`,`id`);
CREATE INDEX `api_tokens_user_id_kind_index` ON `api_tokens` (`user_id`,`kind`);
CREATE INDEX `users_role_id_index` ON `users` (`role_id`);
CREATE TABLE `slice_shares` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`level` enum('view','operate') NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_shares_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_shares_slice_user_unique` UNIQUE(`slice_id`,`user_id`)
);
CREATE TABLE `template_shares` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `template_shares_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_shares_template_user_unique` UNIQUE(`template_id`,`user_id`)
);
CREATE TABLE `password_resets` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`token_hash` varchar(64) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `password_resets_id` PRIMARY KEY(`id`),
	CONSTRAINT `password_resets_token_hash_unique` UNIQUE(`token_hash`)
);
CREATE TABLE `quotas` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`role_id` bigint unsigned,
	`user_id` bigint unsigned,
	`slices` int,
	`vms` int,
	`vcpus` int,
	`ram_mb` int,
	`disk_gb` int,
	`running_vms` int,
	`running_vcpus` int,
	`running_ram_mb` int,
	CONSTRAINT `quotas_id` PRIMARY KEY(`id`),
	CONSTRAINT `quotas_role_id_unique` UNIQUE(`role_id`),
	CONSTRAINT `quotas_user_id_unique` UNIQUE(`user_id`)
);
CREATE TABLE `recovery_codes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`code_hash` varchar(64) NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `recovery_codes_id` PRIMARY KEY(`id`),
	CONSTRAINT `recovery_codes_user_code_unique` UNIQUE(`user_id`,`code_hash`)
);
ALTER TABLE `users` MODIFY COLUMN `password_hash` varchar(255);
ALTER TABLE `audit_log` ADD `token_id` bigint unsigned;
ALTER TABLE `audit_log` ADD `token_kind` enum('session','pat','service');
ALTER TABLE `audit_log` ADD `token_name` varchar(63);
ALTER TABLE `audit_log` ADD `result` varchar(32) DEFAULT 'OK' NOT NULL;
ALTER TABLE `templates` ADD `published_at` datetime(3);
ALTER TABLE `api_tokens` ADD `name` varchar(63);
ALTER TABLE `api_tokens` ADD `scopes` json;
ALTER TABLE `users` ADD `kind` enum('person','service') DEFAULT 'person' NOT NULL;
ALTER TABLE `users` ADD `totp_secret` varchar(255);
ALTER TABLE `users` ADD `totp_enabled_at` datetime(3);
ALTER TABLE `users` ADD `totp_last_step` bigint unsigned;
ALTER TABLE `slice_shares` ADD CONSTRAINT `slice_shares_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_shares` ADD CONSTRAINT `slice_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_shares` ADD CONSTRAINT `template_shares_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_shares` ADD CONSTRAINT `template_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `password_resets` ADD CONSTRAINT `password_resets_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `quotas` ADD CONSTRAINT `quotas_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `quotas` ADD CONSTRAINT `quotas_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `recovery_codes` ADD CONSTRAINT `recovery_codes_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `slice_shares_user_id_index` ON `slice_shares` (`user_id`,`slice_id`);
CREATE INDEX `template_shares_user_id_index` ON `template_shares` (`user_id`,`template_id`);
CREATE INDEX `password_resets_user_id_index` ON `password_resets` (`user_id`);
CREATE INDEX `password_resets_expires_at_index` ON `password_resets` (`expires_at`);
CREATE INDEX `audit_log_action_index` ON `audit_log` (`action`,`id`);
CREATE INDEX `audit_log_created_at_index` ON `audit_log` (`created_at`);
CREATE INDEX `templates_published_index` ON `templates` (`published_at`,`deleted_at`);
CREATE INDEX `api_tokens_expires_at_index` ON `api_tokens` (`expires_at`);
CREATE INDEX `rate_limits_window_ends_at_index` ON `rate_limits` (`window_ends_at`);
CREATE INDEX `users_name_index` ON `users` (`deleted_at`,`name`,`id`);
CREATE INDEX `audit_log_result_index` ON `audit_log` (`result`,`id`);
CREATE TABLE `zone_departures` (
	`zone_id` bigint unsigned NOT NULL,
	`home_id` bigint unsigned NOT NULL,
	CONSTRAINT `zone_departures_zone_id_home_id_pk` PRIMARY KEY(`zone_id`,`home_id`)
);
CREATE TABLE `zone_reports` (
	`zone_id` bigint unsigned NOT NULL,
	`report` json NOT NULL,
	`observed_at` datetime(3) NOT NULL,
	CONSTRAINT `zone_reports_zone_id` PRIMARY KEY(`zone_id`)
);
CREATE TABLE `homes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`identity` varchar(36) NOT NULL,
	`host` varchar(255) NOT NULL,
	`relay_url` varchar(255) NOT NULL,
	`boot_id` varchar(64),
	`version` varchar(32) NOT NULL,
	`server` varchar(64),
	`seen_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `homes_id` PRIMARY KEY(`id`),
	CONSTRAINT `homes_identity_unique` UNIQUE(`identity`)
);
ALTER TABLE `availability_zones` ADD `home_id` bigint unsigned;
ALTER TABLE `deployments` ADD `zone_id` bigint unsigned NOT NULL;
UPDATE `deployments` INNER JOIN `slices` ON `slices`.`id` = `deployments`.`slice_id` SET `deployments`.`zone_id` = `slices`.`zone_id`;
ALTER TABLE `slices` ADD `restart_after_reboot` boolean DEFAULT false NOT NULL;
ALTER TABLE `zone_departures` ADD CONSTRAINT `zone_departures_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `zone_departures` ADD CONSTRAINT `zone_departures_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `zone_reports` ADD CONSTRAINT `zone_reports_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `zone_departures_home_id_index` ON `zone_departures` (`home_id`);
ALTER TABLE `availability_zones` ADD CONSTRAINT `availability_zones_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE restrict ON UPDATE no action;
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE restrict ON UPDATE no action;
CREATE INDEX `availability_zones_home_id_index` ON `availability_zones` (`home_id`);
CREATE INDEX `deployments_zone_claimable_index` ON `deployments` (`zone_id`,`claimable_at`);
ALTER TABLE `slice_vms` MODIFY COLUMN `status` enum('absent','stopped','starting','running','paused','failed','unknown','notResponding') NOT NULL DEFAULT 'absent';
DROP INDEX `users_name_index` ON `users`;
ALTER TABLE `users` ADD `sort_name` varchar(83) GENERATED ALWAYS AS ((concat(regexp_replace(name, '[0-9]+$', ''), coalesce(lpad(nullif(regexp_substr(name, '[0-9]+$'), ''), 20, '0'), '')))) STORED;
CREATE INDEX `users_sort_name_index` ON `users` (`deleted_at`,`sort_name`,`id`);
CREATE TABLE `zone_sums` (
	`zone_id` bigint unsigned NOT NULL,
	`slices` bigint NOT NULL,
	`vcpus` bigint NOT NULL,
	`ram_mb` bigint NOT NULL,
	`disk_gb` bigint NOT NULL,
	CONSTRAINT `zone_sums_zone_id` PRIMARY KEY(`zone_id`)
);
ALTER TABLE `zone_sums` ADD CONSTRAINT `zone_sums_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `slice_vms_status_index` ON `slice_vms` (`status`,`slice_id`);
CREATE INDEX `slices_zone_status_index` ON `slices` (`zone_id`,`status`,`id`);
INSERT INTO `zone_sums` (`zone_id`, `slices`, `vcpus`, `ram_mb`, `disk_gb`)
SELECT `live`.`zone_id`, `live`.`slices`, coalesce(`held`.`vcpus`, 0), coalesce(`held`.`ram_mb`, 0), coalesce(`held`.`disk_gb`, 0)
FROM (SELECT `zone_id`, count(*) AS `slices` FROM `slices` WHERE `deleted_at` IS NULL GROUP BY `zone_id`) `live`
LEFT JOIN (
	SELECT `slices`.`zone_id`, sum(`slice_vms`.`vcpus`) AS `vcpus`, sum(`slice_vms`.`ram_mb`) AS `ram_mb`, sum(`slice_vms`.`disk_gb`) AS `disk_gb`
	FROM `slices` INNER JOIN `slice_vms` ON `slice_vms`.`slice_id` = `slices`.`id`
	WHERE `slices`.`deleted_at` IS NULL AND `slices`.`status` NOT IN ('draft', 'destroyed') GROUP BY `slices`.`zone_id`
) `held` ON `held`.`zone_id` = `live`.`zone_id`;
ALTER TABLE `slice_edges` ADD `properties` json;
ALTER TABLE `slice_networks` ADD `properties` json;
ALTER TABLE `slice_vms` ADD `properties` json;
ALTER TABLE `template_edges` ADD `properties` json;
ALTER TABLE `template_networks` ADD `properties` json;
ALTER TABLE `template_vms` ADD `properties` json;
CREATE TABLE `image_states` (
	`image_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`state` enum('requested','fetching','verified','broken') NOT NULL,
	`reason` varchar(1000),
	`done_mb` int unsigned,
	`total_mb` int unsigned,
	`at` datetime(3) NOT NULL,
	CONSTRAINT `image_states_image_id_zone_id_pk` PRIMARY KEY(`image_id`,`zone_id`)
);
ALTER TABLE `image_states` ADD CONSTRAINT `image_states_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_states` ADD CONSTRAINT `image_states_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `image_states_zone_id_index` ON `image_states` (`zone_id`);
CREATE INDEX `image_states_state_index` ON `image_states` (`state`);
CREATE TABLE `account_changes` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `account_changes_id` PRIMARY KEY(`id`)
);
CREATE INDEX `account_changes_created_at_index` ON `account_changes` (`created_at`);
ALTER TABLE `slice_edges` ADD `applied` json;
ALTER TABLE `slice_networks` ADD `applied` json;
ALTER TABLE `slice_vms` ADD `applied` json;
ALTER TABLE `deployment_steps` MODIFY COLUMN `action` enum('prepare','create','update','start','connect','stop','reboot','disconnect','remove','sweep') NOT NULL;
ALTER TABLE `deployment_steps` ADD `update` json;
ALTER TABLE `availability_zones` DROP INDEX `availability_zones_name_unique`;
ALTER TABLE `flavours` DROP INDEX `flavours_live_name_unique`;
ALTER TABLE `images` DROP INDEX `images_live_name_unique`;
ALTER TABLE `slices` DROP INDEX `slices_owner_live_name_unique`;
ALTER TABLE `templates` DROP INDEX `templates_owner_live_name_unique`;
DROP INDEX `flavours_name_index` ON `flavours`;
DROP INDEX `images_name_index` ON `images`;
DROP INDEX `templates_owner_name_index` ON `templates`;
DROP INDEX `users_sort_name_index` ON `users`;
ALTER TABLE `availability_zones` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;
ALTER TABLE `availability_zones` ADD `unique_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((lower(name))) STORED;
ALTER TABLE `flavours` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when retired_at is null then lower(name) else null end)) STORED;
ALTER TABLE `flavours` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;
ALTER TABLE `images` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when retired_at is null then lower(name) else null end)) STORED;
ALTER TABLE `images` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;
ALTER TABLE `slices` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when deleted_at is null then lower(name) else null end)) STORED;
ALTER TABLE `templates` ADD `live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when deleted_at is null then lower(name) else null end)) STORED;
ALTER TABLE `templates` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;
ALTER TABLE `users` ADD `sort_key` varchar(190) GENERATED ALWAYS AS ((left(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(name, '(?<![0-9])0', '00000000000'), '(?<![0-9])1', '00000000001'), '(?<![0-9])2', '00000000002'), '(?<![0-9])3', '00000000003'), '(?<![0-9])4', '00000000004'), '(?<![0-9])5', '00000000005'), '(?<![0-9])6', '00000000006'), '(?<![0-9])7', '00000000007'), '(?<![0-9])8', '00000000008'), '(?<![0-9])9', '00000000009'), '(?<![0-9])0+(?=[0-9]{10})', ''), 190))) STORED;
ALTER TABLE `availability_zones` ADD CONSTRAINT `availability_zones_name_unique` UNIQUE(`unique_key`);
ALTER TABLE `flavours` ADD CONSTRAINT `flavours_live_name_unique` UNIQUE(`live_key`);
ALTER TABLE `images` ADD CONSTRAINT `images_live_name_unique` UNIQUE(`live_key`);
ALTER TABLE `slices` ADD CONSTRAINT `slices_owner_live_name_unique` UNIQUE(`owner_id`,`live_key`);
ALTER TABLE `templates` ADD CONSTRAINT `templates_owner_live_name_unique` UNIQUE(`owner_id`,`live_key`);
CREATE INDEX `flavours_sort_key_index` ON `flavours` (`sort_key`,`id`);
CREATE INDEX `images_sort_key_index` ON `images` (`sort_key`,`id`);
CREATE INDEX `templates_owner_sort_key_index` ON `templates` (`owner_id`,`deleted_at`,`sort_key`,`id`);
CREATE INDEX `users_sort_key_index` ON `users` (`deleted_at`,`sort_key`,`id`);
ALTER TABLE `flavours` DROP COLUMN `live_name`;
ALTER TABLE `images` DROP COLUMN `live_name`;
ALTER TABLE `slices` DROP COLUMN `live_name`;
ALTER TABLE `templates` DROP COLUMN `live_name`;
ALTER TABLE `users` DROP COLUMN `sort_name`;
ALTER TABLE `availability_zones` ADD `settings` json;
ALTER TABLE `availability_zones` ADD `secrets` json;
ALTER TABLE `availability_zones` ADD `settings_version` int unsigned DEFAULT 0 NOT NULL;
ALTER TABLE `image_states` ADD `sentences` json;
ALTER TABLE `deployment_steps` ADD `sentences` json;
ALTER TABLE `deployments` ADD `sentences` json;
ALTER TABLE `slice_vms` ADD `sentences` json;
ALTER TABLE `audit_log` ADD `object_name` varchar(255);
ALTER TABLE `deployments` ADD `because` varchar(64);
ALTER TABLE `availability_zones` ADD `released` boolean DEFAULT false NOT NULL;
DROP INDEX `templates_published_index` ON `templates`;
ALTER TABLE `templates` ADD `published` boolean GENERATED ALWAYS AS ((published_at is not null and deleted_at is null)) STORED;
CREATE INDEX `slices_owner_status_updated_index` ON `slices` (`owner_id`,`status`,`updated_at`,`id`);
CREATE INDEX `slices_status_updated_index` ON `slices` (`status`,`updated_at`,`id`);
CREATE INDEX `templates_published_updated_index` ON `templates` (`published`,`updated_at`,`id`);
CREATE INDEX `templates_published_sort_key_index` ON `templates` (`published`,`sort_key`,`id`);
CREATE TABLE `zone_questions` (
	`zone_id` bigint unsigned NOT NULL,
	`asked` int unsigned NOT NULL,
	`answered` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `zone_questions_zone_id` PRIMARY KEY(`zone_id`)
);
ALTER TABLE `zone_questions` ADD CONSTRAINT `zone_questions_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE TABLE `account_sums` (
	`user_id` bigint unsigned NOT NULL,
	`templates` int NOT NULL,
	`slices` int NOT NULL,
	CONSTRAINT `account_sums_user_id` PRIMARY KEY(`user_id`)
);
ALTER TABLE `account_sums` ADD CONSTRAINT `account_sums_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
INSERT INTO `account_sums` (`user_id`, `templates`, `slices`)
SELECT `users`.`id`,
	(SELECT count(*) FROM `templates` WHERE `templates`.`owner_id` = `users`.`id` AND `templates`.`deleted_at` IS NULL),
	(SELECT count(*) FROM `slices` WHERE `slices`.`owner_id` = `users`.`id` AND `slices`.`deleted_at` IS NULL)
FROM `users`;
DROP INDEX `audit_log_result_index` ON `audit_log`;
ALTER TABLE `audit_log` ADD `outcome` varchar(9) GENERATED ALWAYS AS ((case result when 'OK' then 'ok' when 'FAILED' then 'failed' when 'CANCELLED' then 'cancelled' else 'refused' end)) STORED;
CREATE INDEX `audit_log_outcome_index` ON `audit_log` (`outcome`,`id`);
CREATE INDEX `events_slice_created_index` ON `events` (`slice_id`,`created_at`,`id`);
ALTER TABLE `deployment_steps` MODIFY COLUMN `action` enum('prepare','create','update','start','await','connect','stop','reboot','disconnect','remove','sweep') NOT NULL;
CREATE TABLE `notification_preferences` (
	`user_id` bigint unsigned NOT NULL,
	`muted` json NOT NULL,
	CONSTRAINT `notification_preferences_user_id` PRIMARY KEY(`user_id`)
);
CREATE TABLE `notifications` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`kind` varchar(32) NOT NULL,
	`slice_id` bigint unsigned,
	`happening` json NOT NULL,
	`read_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `notifications_id` PRIMARY KEY(`id`)
);
ALTER TABLE `image_states` ADD `asked_by` bigint unsigned;
CREATE INDEX `notifications_user_id_index` ON `notifications` (`user_id`,`id`);
CREATE INDEX `notifications_user_read_index` ON `notifications` (`user_id`,`read_at`,`id`);
CREATE INDEX `notifications_created_at_index` ON `notifications` (`created_at`);
CREATE TABLE `topology_changes` (
	`deployment_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`version` int unsigned NOT NULL,
	`before` json NOT NULL,
	`changes` json NOT NULL,
	CONSTRAINT `topology_changes_deployment_id` PRIMARY KEY(`deployment_id`),
	CONSTRAINT `topology_changes_slice_version_unique` UNIQUE(`slice_id`,`version`)
);
ALTER TABLE `deployments` DROP FOREIGN KEY `deployments_slice_vm_id_slice_vms_id_fk`;
ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','destroy') NOT NULL;
ALTER TABLE `slices` ADD `topology_version` int unsigned DEFAULT 1 NOT NULL;
ALTER TABLE `topology_changes` ADD CONSTRAINT `topology_changes_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `topology_changes` ADD CONSTRAINT `topology_changes_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE set null ON UPDATE no action;
CREATE TABLE `lease_limits` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`zone_id` bigint unsigned,
	`role_id` bigint unsigned,
	`max_minutes` int unsigned,
	`at_end` json NOT NULL,
	`warn_minutes` int unsigned,
	`sweep_after` bigint unsigned,
	`sweeping` boolean NOT NULL DEFAULT false,
	CONSTRAINT `lease_limits_id` PRIMARY KEY(`id`),
	CONSTRAINT `lease_limits_zone_unique` UNIQUE(`zone_id`),
	CONSTRAINT `lease_limits_role_unique` UNIQUE(`role_id`)
);
CREATE TABLE `slice_acts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`origin` varchar(32) NOT NULL,
	`kind` varchar(16) NOT NULL,
	`due_at` datetime(3) NOT NULL,
	`missed_from` datetime(3),
	`claimable_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	`deployment_id` bigint unsigned,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_acts_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_acts_slice_origin_due_unique` UNIQUE(`slice_id`,`origin`,`due_at`)
);
CREATE TABLE `slice_leases` (
	`slice_id` bigint unsigned NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`minutes` int unsigned NOT NULL,
	`at_end` varchar(16) NOT NULL,
	`warned_at` datetime(3),
	`ended_at` datetime(3),
	`due_at` datetime(3),
	CONSTRAINT `slice_leases_slice_id` PRIMARY KEY(`slice_id`)
);
CREATE TABLE `slice_schedules` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`kind` varchar(16) NOT NULL,
	`rule` json NOT NULL,
	`next_at` datetime(3),
	`created_by` bigint unsigned,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `slice_schedules_id` PRIMARY KEY(`id`)
);
ALTER TABLE `lease_limits` ADD CONSTRAINT `lease_limits_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `lease_limits` ADD CONSTRAINT `lease_limits_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_acts` ADD CONSTRAINT `slice_acts_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_acts` ADD CONSTRAINT `slice_acts_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `slice_leases` ADD CONSTRAINT `slice_leases_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_schedules` ADD CONSTRAINT `slice_schedules_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_schedules` ADD CONSTRAINT `slice_schedules_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE set null ON UPDATE no action;
CREATE INDEX `lease_limits_sweeping_index` ON `lease_limits` (`sweeping`);
CREATE INDEX `slice_acts_claimable_at_index` ON `slice_acts` (`claimable_at`);
CREATE INDEX `slice_acts_deployment_id_index` ON `slice_acts` (`deployment_id`);
CREATE INDEX `slice_leases_due_at_index` ON `slice_leases` (`due_at`);
CREATE INDEX `slice_leases_ended_warned_index` ON `slice_leases` (`ended_at`,`warned_at`);
CREATE INDEX `slice_schedules_next_at_index` ON `slice_schedules` (`next_at`);
CREATE INDEX `slice_schedules_slice_id_index` ON `slice_schedules` (`slice_id`,`id`);
CREATE INDEX `slice_schedules_created_by_index` ON `slice_schedules` (`created_by`);
ALTER TABLE `deployments` ADD `on_failure` enum('keep','rollback') DEFAULT 'keep' NOT NULL;
CREATE TABLE `slice_snapshots` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`automatic` boolean NOT NULL,
	`status` enum('making','ready') NOT NULL DEFAULT 'making',
	`size_mb` int unsigned,
	`content` json NOT NULL,
	`created_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`removed_at` datetime(3),
	`live_key` varchar(63) character set utf8mb4 collate utf8mb4_bin GENERATED ALWAYS AS ((case when removed_at is null then lower(name) else null end)) STORED,
	CONSTRAINT `slice_snapshots_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_snapshots_slice_live_name_unique` UNIQUE(`slice_id`,`live_key`)
);
ALTER TABLE `deployment_steps` MODIFY COLUMN `resource` enum('image','network','vm','edge','slice','snapshot') NOT NULL;
ALTER TABLE `deployment_steps` MODIFY COLUMN `action` enum('prepare','create','update','start','await','connect','stop','reboot','disconnect','remove','sweep','suspend','resume','restore') NOT NULL;
ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','destroy') NOT NULL;
ALTER TABLE `slice_vms` MODIFY COLUMN `desired` enum('absent','stopped','running','suspended') NOT NULL DEFAULT 'absent';
ALTER TABLE `slice_vms` MODIFY COLUMN `status` enum('absent','stopped','starting','running','paused','failed','unknown','notResponding','suspended') NOT NULL DEFAULT 'absent';
ALTER TABLE `slices` MODIFY COLUMN `status` enum('draft','deploying','active','degraded','stopped','suspended','failed','destroying','destroyed') NOT NULL DEFAULT 'draft';
ALTER TABLE `deployments` ADD `snapshot_id` bigint unsigned;
ALTER TABLE `quotas` ADD `snapshots` int;
ALTER TABLE `slice_snapshots` ADD CONSTRAINT `slice_snapshots_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_snapshots` ADD CONSTRAINT `slice_snapshots_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
CREATE INDEX `slice_snapshots_slice_id_index` ON `slice_snapshots` (`slice_id`,`id`);
CREATE INDEX `slice_snapshots_created_by_index` ON `slice_snapshots` (`created_by`);
CREATE INDEX `slice_snapshots_removed_at_index` ON `slice_snapshots` (`removed_at`);
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_snapshot_id_slice_snapshots_id_fk` FOREIGN KEY (`snapshot_id`) REFERENCES `slice_snapshots`(`id`) ON DELETE set null ON UPDATE no action;
CREATE INDEX `deployments_snapshot_id_index` ON `deployments` (`snapshot_id`);
ALTER TABLE `deployments` ADD `owner_id` bigint unsigned NOT NULL;
UPDATE `deployments` SET `owner_id` = (SELECT `slices`.`owner_id` FROM `slices` WHERE `slices`.`id` = `deployments`.`slice_id`);
CREATE INDEX `deployments_owner_index` ON `deployments` (`owner_id`,`id`);
CREATE INDEX `deployments_status_index` ON `deployments` (`status`,`id`);
CREATE INDEX `deployments_kind_index` ON `deployments` (`kind`,`id`);
CREATE INDEX `deployments_zone_index` ON `deployments` (`zone_id`,`id`);
CREATE INDEX `deployments_created_index` ON `deployments` (`created_at`,`id`);
ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','heal','destroy') NOT NULL;
ALTER TABLE `slices` ADD `drift_policy` enum('report','heal') DEFAULT 'report' NOT NULL;
ALTER TABLE `slices` ADD `heal_gave_up_at` datetime(3);
CREATE TABLE `webhook_deliveries` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`uuid` varchar(36) NOT NULL,
	`webhook_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`event` varchar(32) NOT NULL,
	`body` text NOT NULL,
	`status` enum('pending','delivered','failed') NOT NULL DEFAULT 'pending',
	`attempts` int unsigned NOT NULL DEFAULT 0,
	`claimable_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	`retry_until` datetime(3) NOT NULL,
	`attempted_at` datetime(3),
	`duration_ms` int unsigned,
	`response_status` int unsigned,
	`response_body` text,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `webhook_deliveries_id` PRIMARY KEY(`id`),
	CONSTRAINT `webhook_deliveries_uuid_unique` UNIQUE(`uuid`)
);
CREATE TABLE `webhooks` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`url` varchar(2000) NOT NULL,
	`secret` varchar(255) NOT NULL,
	`events` json NOT NULL,
	`all_slices` boolean NOT NULL DEFAULT false,
	`active` boolean NOT NULL DEFAULT true,
	`failing_since` datetime(3),
	`told_at` datetime(3),
	`disabled_at` datetime(3),
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `webhooks_id` PRIMARY KEY(`id`)
);
CREATE INDEX `webhook_deliveries_claimable_at_index` ON `webhook_deliveries` (`claimable_at`);
CREATE INDEX `webhook_deliveries_webhook_id_index` ON `webhook_deliveries` (`webhook_id`,`id`);
CREATE INDEX `webhook_deliveries_created_at_index` ON `webhook_deliveries` (`created_at`);
CREATE INDEX `webhooks_user_id_index` ON `webhooks` (`user_id`,`id`);
CREATE INDEX `webhooks_all_slices_index` ON `webhooks` (`all_slices`);
CREATE TABLE `zone_waits` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`requested_by` bigint unsigned NOT NULL,
	`kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','heal','destroy') NOT NULL,
	`on_failure` enum('keep','rollback') NOT NULL,
	`idempotency_key` varchar(64),
	`vcpus` int unsigned NOT NULL,
	`ram_mb` int unsigned NOT NULL,
	`disk_gb` int unsigned NOT NULL,
	`passed` int unsigned NOT NULL DEFAULT 0,
	`since` datetime(3) NOT NULL,
	CONSTRAINT `zone_waits_id` PRIMARY KEY(`id`),
	CONSTRAINT `zone_waits_slice_unique` UNIQUE(`slice_id`)
);
ALTER TABLE `deployments` ADD `waiting_since` datetime(3);
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `zone_waits` ADD CONSTRAINT `zone_waits_requested_by_users_id_fk` FOREIGN KEY (`requested_by`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `zone_waits_zone_index` ON `zone_waits` (`zone_id`,`id`);
CREATE INDEX `zone_waits_requested_by_index` ON `zone_waits` (`requested_by`);
CREATE TABLE `idle_rules` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`zone_id` bigint unsigned,
	`role_id` bigint unsigned,
	`slice_id` bigint unsigned,
	`minutes` int unsigned NOT NULL,
	`action` enum('suggest','suspend','stop') NOT NULL,
	CONSTRAINT `idle_rules_id` PRIMARY KEY(`id`),
	CONSTRAINT `idle_rules_zone_unique` UNIQUE(`zone_id`),
	CONSTRAINT `idle_rules_role_unique` UNIQUE(`role_id`),
	CONSTRAINT `idle_rules_slice_unique` UNIQUE(`slice_id`)
);
CREATE TABLE `slice_idle` (
	`slice_id` bigint unsigned NOT NULL,
	`seen_at` datetime(3) NOT NULL,
	`used` json NOT NULL,
	`idle_ms` bigint unsigned NOT NULL,
	`done_minutes` int unsigned NOT NULL DEFAULT 0,
	`idle_since` datetime(3),
	CONSTRAINT `slice_idle_slice_id` PRIMARY KEY(`slice_id`)
);
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_role_id_roles_id_fk` FOREIGN KEY (`role_id`) REFERENCES `roles`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `idle_rules` ADD CONSTRAINT `idle_rules_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_idle` ADD CONSTRAINT `slice_idle_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE TABLE `first_disks` (
	`slice_vm_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`snapshot_id` bigint unsigned,
	`from_slice_id` bigint unsigned NOT NULL,
	`from_vm_id` bigint unsigned NOT NULL,
	`image_id` bigint unsigned NOT NULL,
	CONSTRAINT `first_disks_slice_vm_id` PRIMARY KEY(`slice_vm_id`)
);
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_snapshot_id_slice_snapshots_id_fk` FOREIGN KEY (`snapshot_id`) REFERENCES `slice_snapshots`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `first_disks_slice_id_index` ON `first_disks` (`slice_id`);
CREATE INDEX `first_disks_snapshot_id_index` ON `first_disks` (`snapshot_id`);
CREATE INDEX `first_disks_image_id_index` ON `first_disks` (`image_id`);
CREATE TABLE `slice_annotations` (
	`slice_id` bigint unsigned NOT NULL,
	`annotations` json NOT NULL,
	CONSTRAINT `slice_annotations_slice_id` PRIMARY KEY(`slice_id`)
);
ALTER TABLE `template_revisions` ADD `annotations` json;
ALTER TABLE `slice_annotations` ADD CONSTRAINT `slice_annotations_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `slice_idle_since_index` ON `slice_idle` (`idle_since`);
ALTER TABLE `image_states` MODIFY COLUMN `state` enum('requested','fetching','verified','broken','building','unbuildable') NOT NULL;
INSERT INTO `images` (`id`, `name`, `description`, `kind`, `source`, `min_ram_mb`, `ready_marker`, `created_at`)
SELECT (SELECT MAX(`id`) + 1 FROM `images` `of_image`), 'router', 'A router that boots in seconds: FRR with OSPF, OSPFv3 and BGP, configured by /etc/frr/frr.conf and vtysh. It forwards IPv4 and IPv6, and has the tools of tiny.', 'kernel', 'builtin:router', 128, 'TRAMA-READY', '2026-11-26 00:00:00.000'
FROM DUAL
WHERE EXISTS (SELECT 1 FROM `images` `any_image`)
	AND NOT EXISTS (SELECT 1 FROM `images` `same_name` WHERE `same_name`.`live_key` = 'router');
CREATE TABLE `image_shares` (
	`image_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `image_shares_image_id_user_id_pk` PRIMARY KEY(`image_id`,`user_id`)
);
CREATE TABLE `image_uploads` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`owner_id` bigint unsigned NOT NULL,
	`home_id` bigint unsigned,
	`name` varchar(63) NOT NULL,
	`file_name` varchar(255) NOT NULL,
	`size_bytes` bigint unsigned NOT NULL,
	`received_bytes` bigint unsigned NOT NULL DEFAULT 0,
	`sha256` varchar(64),
	`state` enum('uploading','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading',
	`percent` int unsigned,
	`format` enum('qcow2','raw','vmdk','vdi','vhdx','iso'),
	`image_id` bigint unsigned,
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	`touched_at` datetime(3) NOT NULL,
	CONSTRAINT `image_uploads_id` PRIMARY KEY(`id`)
);
ALTER TABLE `images` DROP INDEX `images_live_name_unique`;
ALTER TABLE `images` ADD `owner_id` bigint unsigned;
ALTER TABLE `images` ADD `visibility` enum('private','shared','all') DEFAULT 'all' NOT NULL;
ALTER TABLE `images` ADD `owner_key` bigint unsigned GENERATED ALWAYS AS ((coalesce(owner_id, 0))) STORED;
ALTER TABLE `quotas` ADD `image_mb` int;
ALTER TABLE `images` ADD CONSTRAINT `images_owner_live_name_unique` UNIQUE(`owner_key`,`live_key`);
ALTER TABLE `image_shares` ADD CONSTRAINT `image_shares_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_shares` ADD CONSTRAINT `image_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_home_id_homes_id_fk` FOREIGN KEY (`home_id`) REFERENCES `homes`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `image_shares_user_id_index` ON `image_shares` (`user_id`,`image_id`);
CREATE INDEX `image_uploads_owner_id_index` ON `image_uploads` (`owner_id`,`id`);
CREATE INDEX `image_uploads_state_index` ON `image_uploads` (`state`,`touched_at`);
CREATE INDEX `image_uploads_home_id_index` ON `image_uploads` (`home_id`);
CREATE INDEX `image_uploads_image_id_index` ON `image_uploads` (`image_id`);
ALTER TABLE `images` ADD CONSTRAINT `images_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;
CREATE INDEX `images_owner_sort_key_index` ON `images` (`owner_id`,`sort_key`,`id`);
CREATE INDEX `images_visibility_sort_key_index` ON `images` (`visibility`,`sort_key`,`id`);
UPDATE `quotas` SET `image_mb` = 20480 WHERE `role_id` = (SELECT `id` FROM `roles` WHERE `name` = 'user');
UPDATE `quotas` SET `image_mb` = 204800 WHERE `role_id` = (SELECT `id` FROM `roles` WHERE `name` = 'instructor');
CREATE TABLE `ssh_keys` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`name` varchar(63) NOT NULL,
	`type` varchar(40) NOT NULL,
	`blob` text NOT NULL,
	`fingerprint` varchar(60) NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `ssh_keys_id` PRIMARY KEY(`id`),
	CONSTRAINT `ssh_keys_user_fingerprint_unique` UNIQUE(`user_id`,`fingerprint`)
);
ALTER TABLE `ssh_keys` ADD CONSTRAINT `ssh_keys_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `image_uploads` MODIFY COLUMN `size_bytes` bigint unsigned;
ALTER TABLE `image_uploads` MODIFY COLUMN `state` enum('uploading','fetching','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading';
ALTER TABLE `image_uploads` ADD `url` varchar(2048);
ALTER TABLE `console_tokens` ADD `kind` enum('serial','vnc') DEFAULT 'serial' NOT NULL;
ALTER TABLE `image_uploads` MODIFY COLUMN `state` enum('uploading','fetching','saving','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading';
ALTER TABLE `image_uploads` ADD `slice_id` bigint unsigned;
ALTER TABLE `image_uploads` ADD `vm_id` bigint unsigned;
ALTER TABLE `image_uploads` ADD `description` varchar(500);
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_vm_id_slice_vms_id_fk` FOREIGN KEY (`vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE set null ON UPDATE no action;
CREATE INDEX `image_uploads_slice_id_index` ON `image_uploads` (`slice_id`);
CREATE INDEX `image_uploads_vm_id_index` ON `image_uploads` (`vm_id`);
INSERT INTO `images` (`id`, `name`, `description`, `kind`, `source`, `min_ram_mb`, `min_disk_gb`, `ready_marker`, `created_at`)
SELECT (SELECT MAX(`id`) + 1 FROM `images` `of_image`), 'debian', 'Debian 12 with cloud-init, SSH, sudo, apt and the QEMU guest agent, for software that wants a whole system. It is configured by user-data and has a serial and a VGA login; without KVM its first boot takes minutes.', 'disk', 'builtin:debian', 384, 2, 'TRAMA-READY', '2026-11-26 00:00:00.000'
FROM DUAL
WHERE EXISTS (SELECT 1 FROM `images` `any_image`)
	AND NOT EXISTS (SELECT 1 FROM `images` `same_name` WHERE `same_name`.`live_key` = 'debian');
ALTER TABLE `slice_vms` ADD `extra_disk_gb` int unsigned DEFAULT 0 NOT NULL;
ALTER TABLE `template_vms` ADD `extra_disk_gb` int unsigned DEFAULT 0 NOT NULL;
ALTER TABLE `images` ADD `pruned_at` datetime(3);
CREATE INDEX `images_pruned_at_index` ON `images` (`pruned_at`);
CREATE TABLE `slice_link_runs` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`kind` enum('sequence','chaos') NOT NULL,
	`status` enum('running','ending','ended') NOT NULL DEFAULT 'running',
	`steps` json NOT NULL,
	`outcomes` json NOT NULL,
	`chaos` json,
	`duration_seconds` int unsigned NOT NULL,
	`restore` boolean NOT NULL,
	`touched` json NOT NULL,
	`intent` json,
	`deployment_id` bigint unsigned,
	`attempts` int unsigned NOT NULL DEFAULT 0,
	`started_at` datetime(3) NOT NULL,
	`next_at` datetime(3),
	`generation` int unsigned NOT NULL DEFAULT 0,
	CONSTRAINT `slice_link_runs_id` PRIMARY KEY(`id`),
	CONSTRAINT `slice_link_runs_slice_unique` UNIQUE(`slice_id`)
);
ALTER TABLE `topology_changes` MODIFY COLUMN `before` json;
ALTER TABLE `slice_link_runs` ADD CONSTRAINT `slice_link_runs_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `slice_link_runs` ADD CONSTRAINT `slice_link_runs_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE set null ON UPDATE no action;
CREATE INDEX `slice_link_runs_next_at_index` ON `slice_link_runs` (`next_at`);
CREATE INDEX `slice_link_runs_deployment_id_index` ON `slice_link_runs` (`deployment_id`);
CREATE TABLE `slice_internet` (
	`slice_id` bigint unsigned NOT NULL,
	`month` char(7) NOT NULL,
	`bytes` bigint unsigned NOT NULL,
	`meter` varchar(120) NOT NULL,
	`meter_bytes` bigint unsigned NOT NULL,
	`told_percent` int unsigned NOT NULL,
	`version` int unsigned NOT NULL,
	CONSTRAINT `slice_internet_slice_id` PRIMARY KEY(`slice_id`)
);
ALTER TABLE `quotas` ADD `internet_kbps` int;
ALTER TABLE `quotas` ADD `internet_mb_per_month` int;
ALTER TABLE `slice_internet` ADD CONSTRAINT `slice_internet_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE TABLE `template_tags` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`tag` varchar(24) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `template_tags_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_tags_template_tag_unique` UNIQUE(`template_id`,`tag`)
);
CREATE TABLE `template_words` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`word` varchar(40) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `template_words_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_words_template_word_unique` UNIQUE(`template_id`,`word`)
);
ALTER TABLE `templates` ADD `words_version` smallint unsigned DEFAULT 0 NOT NULL;
ALTER TABLE `template_tags` ADD CONSTRAINT `template_tags_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_words` ADD CONSTRAINT `template_words_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `template_tags_tag_index` ON `template_tags` (`tag`,`template_id`);
CREATE INDEX `templates_owner_created_index` ON `templates` (`owner_id`,`deleted_at`,`id`);
CREATE INDEX `templates_published_created_index` ON `templates` (`published`,`id`);
CREATE INDEX `templates_words_version_index` ON `templates` (`words_version`);
CREATE TABLE `network_joins` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`publication_id` bigint unsigned,
	`host_network_id` bigint unsigned NOT NULL,
	`host_slice_id` bigint unsigned NOT NULL,
	`network_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`block` varchar(43) NOT NULL,
	`accepted_at` datetime(3),
	`ended_at` datetime(3),
	`state` enum('apart','joined') NOT NULL DEFAULT 'apart',
	`error` varchar(500),
	`sentences` json,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `network_joins_id` PRIMARY KEY(`id`),
	CONSTRAINT `network_joins_network_unique` UNIQUE(`network_id`),
	CONSTRAINT `network_joins_host_slice_unique` UNIQUE(`host_network_id`,`slice_id`)
);
CREATE TABLE `network_publications` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`network_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`zone_id` bigint unsigned NOT NULL,
	`description` varchar(500) NOT NULL,
	`admission` enum('asked','all') NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (utc_timestamp(3)),
	CONSTRAINT `network_publications_id` PRIMARY KEY(`id`),
	CONSTRAINT `network_publications_network_unique` UNIQUE(`network_id`)
);
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_publication_id_network_publications_id_fk` FOREIGN KEY (`publication_id`) REFERENCES `network_publications`(`id`) ON DELETE set null ON UPDATE no action;
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_host_network_id_slice_networks_id_fk` FOREIGN KEY (`host_network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_host_slice_id_slices_id_fk` FOREIGN KEY (`host_slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_network_id_slice_networks_id_fk` FOREIGN KEY (`network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_network_id_slice_networks_id_fk` FOREIGN KEY (`network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `network_joins_publication_id_index` ON `network_joins` (`publication_id`);
CREATE INDEX `network_joins_host_slice_id_index` ON `network_joins` (`host_slice_id`);
CREATE INDEX `network_joins_slice_id_index` ON `network_joins` (`slice_id`);
CREATE INDEX `network_publications_slice_id_index` ON `network_publications` (`slice_id`);
CREATE INDEX `network_publications_zone_index` ON `network_publications` (`zone_id`,`id`);
CREATE TABLE `slice_parameters` (
	`slice_id` bigint unsigned NOT NULL,
	`values` json NOT NULL,
	`sealed` text,
	CONSTRAINT `slice_parameters_slice_id` PRIMARY KEY(`slice_id`)
);
ALTER TABLE `template_revisions` ADD `parameters` json;
ALTER TABLE `slice_parameters` ADD CONSTRAINT `slice_parameters_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE TABLE `template_drafts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`revision` int unsigned,
	`document` json NOT NULL,
	`saved_at` datetime(3) NOT NULL,
	CONSTRAINT `template_drafts_id` PRIMARY KEY(`id`),
	CONSTRAINT `template_drafts_user_template_unique` UNIQUE(`user_id`,`template_id`)
);
ALTER TABLE `template_drafts` ADD CONSTRAINT `template_drafts_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `template_drafts_saved_at_index` ON `template_drafts` (`saved_at`);
ALTER TABLE `template_revisions` ADD `message` varchar(200) DEFAULT '' NOT NULL;
ALTER TABLE `template_revisions` ADD `restored_from` int unsigned;
CREATE TABLE `template_presence` (
	`page` varchar(22) NOT NULL,
	`template_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`pointed` json NOT NULL,
	`at` bigint unsigned NOT NULL,
	`seen_at` datetime(3) NOT NULL,
	CONSTRAINT `template_presence_page` PRIMARY KEY(`page`)
);
ALTER TABLE `template_shares` ADD `level` enum('view','edit') DEFAULT 'view' NOT NULL;
ALTER TABLE `template_presence` ADD CONSTRAINT `template_presence_template_id_templates_id_fk` FOREIGN KEY (`template_id`) REFERENCES `templates`(`id`) ON DELETE cascade ON UPDATE no action;
ALTER TABLE `template_presence` ADD CONSTRAINT `template_presence_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE cascade ON UPDATE no action;
CREATE INDEX `template_presence_template_id_index` ON `template_presence` (`template_id`,`seen_at`);
CREATE INDEX `template_presence_user_id_index` ON `template_presence` (`user_id`);
CREATE INDEX `template_presence_seen_at_index` ON `template_presence` (`seen_at`);
create table `__drizzle_migrations` (
	id serial primary key,
	hash text not null,
	created_at bigint
);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('963ce9d3ef4142bef07bb38e75ba226f77e54e713a5fca14e6c79d96b59d98df', 1795427265909);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('2d7b51e3d9e4f41cb7c8b89a10f3a00aebaea1027839bb8c4d313c86f0af854c', 1795464610012);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('54a09316541c48367ca2ff1790bf6377671072e091e289fbec7589d87dd803aa', 1795469413543);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('85a1744a596442b78b309996934fe77e77ca024fd593f60c67cc72816872d3b2', 1795612775777);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('9617b07bf5b8006ac3d15b56b6668414b548d516f57dd97055a5e3066bf90383', 1795616593179);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('bc610c760d7c23bb5734ae928bba2110098b5a24dc657a0b7fcc9b1ce8169093', 1795617186372);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('43817e1029440ddf6d5dff77a773beaf711964fcfa79c1d8bd61e258b1f81e59', 1795617260811);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('4691f04abfd92a68eb1fa4730554ab224f071255e467550678eca5f95587c0f6', 1795617417003);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('3043b72aea9e1364682158c09baa2f1a915fdd87251264403d92539f08dba057', 1795617909431);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('3cbe8d8edeaf4d22f03538e71e40d342a0ea8886a4226e02154c958de04f6ddd', 1795633632415);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('9e80005ea8be10647f3088a7aae12f3932c70647c641466ddf54e32418e004be', 1795634233828);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('4d2d252454cfb5caff63075f99aa00bd8e3fdc45982e3bc205247737e2c1da1e', 1795634796118);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('1f1765f65f7e3e9ec9a12f91e3c83af7e1dcaddf6bd3b055754e3235b39c18a1', 1795637670774);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('e0a6ed306724b10f4cde2011fba6779e9445e4f47e4115fdc8545d938539a5cc', 1795645247038);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('e7bbfc6601b85ea454080aacea432ec66fbdf2a8bd4fbcbb48debeb982166a36', 1795646304144);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('0c4f1eb11f49907cec1d9e78396018cc8723ed0b613d40ce5ed39cb09e7f1447', 1795646749918);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('adc5a187f1909580fe0fa3d395c3b01353cb0b3fa46d4856fc62668a08f68eb5', 1795647707660);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('e38882f68e6baf2faabe777e2d6c6f682e1ecb1626cbc76685a4a5582b95aa32', 1795648690610);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('1c0f0bcc05a85db49f2e125e227e14513e3f127e7082372c743d1a88f6f7ab70', 1795649252607);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('55a8e1e48918442be669ee291cee7431de885cac562b043f9975ff1cabf926ff', 1795649994506);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('7942150b990e718c02e6d006dd28b69093f5d04a0e37ddbdc00ace1bb626265c', 1795657375530);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('aaa872f8642eeb39a7564dfcd48b5bc25edf77d504084270fdcf0d79ad1f8a3c', 1795663221146);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('61ad3a3d24c5ba9d42f93be9678cf145367b3fdbf2a5f944d8ac1a1bdcdab674', 1795665186691);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('7ecd55e3b09bf9ae9495821d70402d06c5831cea00624d555c56840f3ab58383', 1795665632040);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('ea51486d0d4b4533bb80d86efbe69081a6b334761b7dace4b18bb0ce7f0c5a65', 1795665875960);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('92632d373d2fa2274f7d39cdc82ea63f961370556a9c8610147b466cee15e5ad', 1795666389877);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('b6d2ac4b0785e7ba2456aef767fe164d6a0d6de2b5b5a886bbc30346fe23a703', 1795666723782);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('848e3ac25698cd0fcbf54a608f87f6be4d3f03a62af6c224eafd6729404cd0b4', 1795667655052);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('3f885a76ed941bc4e23d839574be8bdce60671b50289920fb740075202a72971', 1795668125823);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('c837a7152af1f258f145f7e1c65b73c44ecb6145b4289db734e2a41e1a4a491e', 1795668591571);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('84997760341d4d2372f0425096ec3787afc90cb990802ebc88645821f9c759e6', 1795669396479);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('39e7e8ef5159d372a1d96c4c0803844ffc07688a8176de248a599c75b77d73ec', 1795678407511);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('eda448f4da5dee49e22e5987b9f4afc37e4bbbc79f0d7460f66efe120de7303e', 1795680119855);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('6505f00c3c36407d87dbeb115e7a2bd80f263dc0e03ec9a42b75fc66b3eacc7d', 1795682518028);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('2fcdc2978a96e3e66f19c5f1f08a7c4e4605e0e83bde46aa1e73f866aed299be', 1795690164473);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('44202ccf10f3f44ca404833455bea4509ff6d12660d5d8d42c527dfd4dc386ed', 1795692686192);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('1388cc71a5cc2a96f715bd87e95bd47ba27f5fe76e19bce303a593a9467d85f8', 1795693347631);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('8a2a7e45221074ed35a2a48a996cddeafcbf85aa06f3b51bcfcd764f8d23c09e', 1795693960308);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('c65b579483eb3c034d609a3030246314b6f1572d0228a17138de58eb6131d127', 1795705033585);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('e3f506f37073fbc081bb29a4ba84cfab7b8aeecec57f2331f984a4347aa93697', 1795706524780);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('c1666bb5c469df33957c3c3c050ed3f671820d4bed9710f8de266d42027ad4b8', 1795723053120);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('49f88a142325879d5bc7db855f4f9a46ddf67807b20d4a7905deaf059fd7841c', 1795725629728);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('f17b6086ab3050c288a93a866f8019dd20f7a0d09d0b5e65d850ac3b3318c496', 1795726092237);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('9ec9ba19184a7ac3af0c5c72ba63f00dd1c7fd834d583502f81e806a2653601b', 1795735803451);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('bd92b7457e4a55bf535af2982de74489bcf8d494a2315804a6a2b764b91c87ef', 1795740818346);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('825d17d55cc08549016f3e27a387ad4d34710a39949dc7f38dfabbde2c8236ce', 1795767599195);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('587eed65a201f844c910af994066a33359dafeafc85e3fedaf3d9b207b56ab76', 1795781682008);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('732d77fc09984128e8289d8844b9485238d5528779a36b95e5fece279cd98a6c', 1795785444675);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('95300173eb0563541c41a757fce2d8f05cc5fa53f6ac8a911b5632fada72394e', 1795786559342);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('41e2019cec8bfdb821756acbc3783c63a22b0d09537654b596d68793c220ba4c', 1795799385137);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('3ecf86a551f7f371d1ae5b0acfb74442d7036a96b515136fbdda6762d7a1db72', 1795813424532);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('6ec557e17e9c35a9c506fa62711161fd800fee08a9716d268a532b349c0a3bc7', 1795816998570);
insert into `__drizzle_migrations` (`hash`, `created_at`) values ('bb32ae99f558c97c8fb7d6fef9f4837024f28d233bc91da3287eab9f7e4eb6ef', 1795817423349);
