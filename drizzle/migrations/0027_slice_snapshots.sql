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
--> statement-breakpoint
ALTER TABLE `deployment_steps` MODIFY COLUMN `resource` enum('image','network','vm','edge','slice','snapshot') NOT NULL;--> statement-breakpoint
ALTER TABLE `deployment_steps` MODIFY COLUMN `action` enum('prepare','create','update','start','await','connect','stop','reboot','disconnect','remove','sweep','suspend','resume','restore') NOT NULL;--> statement-breakpoint
ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','suspend','resume','snapshot','restore','destroy') NOT NULL;--> statement-breakpoint
ALTER TABLE `slice_vms` MODIFY COLUMN `desired` enum('absent','stopped','running','suspended') NOT NULL DEFAULT 'absent';--> statement-breakpoint
ALTER TABLE `slice_vms` MODIFY COLUMN `status` enum('absent','stopped','starting','running','paused','failed','unknown','notResponding','suspended') NOT NULL DEFAULT 'absent';--> statement-breakpoint
ALTER TABLE `slices` MODIFY COLUMN `status` enum('draft','deploying','active','degraded','stopped','suspended','failed','destroying','destroyed') NOT NULL DEFAULT 'draft';--> statement-breakpoint
ALTER TABLE `deployments` ADD `snapshot_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `quotas` ADD `snapshots` int;--> statement-breakpoint
ALTER TABLE `slice_snapshots` ADD CONSTRAINT `slice_snapshots_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_snapshots` ADD CONSTRAINT `slice_snapshots_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `slice_snapshots_slice_id_index` ON `slice_snapshots` (`slice_id`,`id`);--> statement-breakpoint
CREATE INDEX `slice_snapshots_created_by_index` ON `slice_snapshots` (`created_by`);--> statement-breakpoint
CREATE INDEX `slice_snapshots_removed_at_index` ON `slice_snapshots` (`removed_at`);--> statement-breakpoint
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_snapshot_id_slice_snapshots_id_fk` FOREIGN KEY (`snapshot_id`) REFERENCES `slice_snapshots`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `deployments_snapshot_id_index` ON `deployments` (`snapshot_id`);