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
--> statement-breakpoint
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
--> statement-breakpoint
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_publication_id_network_publications_id_fk` FOREIGN KEY (`publication_id`) REFERENCES `network_publications`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_host_network_id_slice_networks_id_fk` FOREIGN KEY (`host_network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_host_slice_id_slices_id_fk` FOREIGN KEY (`host_slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_network_id_slice_networks_id_fk` FOREIGN KEY (`network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_joins` ADD CONSTRAINT `network_joins_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_network_id_slice_networks_id_fk` FOREIGN KEY (`network_id`) REFERENCES `slice_networks`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `network_publications` ADD CONSTRAINT `network_publications_zone_id_availability_zones_id_fk` FOREIGN KEY (`zone_id`) REFERENCES `availability_zones`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `network_joins_publication_id_index` ON `network_joins` (`publication_id`);--> statement-breakpoint
CREATE INDEX `network_joins_host_slice_id_index` ON `network_joins` (`host_slice_id`);--> statement-breakpoint
CREATE INDEX `network_joins_slice_id_index` ON `network_joins` (`slice_id`);--> statement-breakpoint
CREATE INDEX `network_publications_slice_id_index` ON `network_publications` (`slice_id`);--> statement-breakpoint
CREATE INDEX `network_publications_zone_index` ON `network_publications` (`zone_id`,`id`);