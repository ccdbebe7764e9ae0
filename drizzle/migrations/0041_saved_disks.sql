ALTER TABLE `image_uploads` MODIFY COLUMN `state` enum('uploading','fetching','saving','checking','converting','ready','failed') NOT NULL DEFAULT 'uploading';--> statement-breakpoint
ALTER TABLE `image_uploads` ADD `slice_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD `vm_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD `description` varchar(500);--> statement-breakpoint
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `image_uploads` ADD CONSTRAINT `image_uploads_vm_id_slice_vms_id_fk` FOREIGN KEY (`vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `image_uploads_slice_id_index` ON `image_uploads` (`slice_id`);--> statement-breakpoint
CREATE INDEX `image_uploads_vm_id_index` ON `image_uploads` (`vm_id`);