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
--> statement-breakpoint
ALTER TABLE `topology_changes` MODIFY COLUMN `before` json;--> statement-breakpoint
ALTER TABLE `slice_link_runs` ADD CONSTRAINT `slice_link_runs_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `slice_link_runs` ADD CONSTRAINT `slice_link_runs_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `slice_link_runs_next_at_index` ON `slice_link_runs` (`next_at`);--> statement-breakpoint
CREATE INDEX `slice_link_runs_deployment_id_index` ON `slice_link_runs` (`deployment_id`);