CREATE TABLE `first_disks` (
	`slice_vm_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`snapshot_id` bigint unsigned,
	`from_slice_id` bigint unsigned NOT NULL,
	`from_vm_id` bigint unsigned NOT NULL,
	`image_id` bigint unsigned NOT NULL,
	CONSTRAINT `first_disks_slice_vm_id` PRIMARY KEY(`slice_vm_id`)
);
--> statement-breakpoint
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_snapshot_id_slice_snapshots_id_fk` FOREIGN KEY (`snapshot_id`) REFERENCES `slice_snapshots`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `first_disks` ADD CONSTRAINT `first_disks_image_id_images_id_fk` FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `first_disks_slice_id_index` ON `first_disks` (`slice_id`);--> statement-breakpoint
CREATE INDEX `first_disks_snapshot_id_index` ON `first_disks` (`snapshot_id`);--> statement-breakpoint
CREATE INDEX `first_disks_image_id_index` ON `first_disks` (`image_id`);