CREATE TABLE `slice_annotations` (
	`slice_id` bigint unsigned NOT NULL,
	`annotations` json NOT NULL,
	CONSTRAINT `slice_annotations_slice_id` PRIMARY KEY(`slice_id`)
);
--> statement-breakpoint
ALTER TABLE `template_revisions` ADD `annotations` json;--> statement-breakpoint
ALTER TABLE `slice_annotations` ADD CONSTRAINT `slice_annotations_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;