CREATE TABLE `slice_parameters` (
	`slice_id` bigint unsigned NOT NULL,
	`values` json NOT NULL,
	`sealed` text,
	CONSTRAINT `slice_parameters_slice_id` PRIMARY KEY(`slice_id`)
);
--> statement-breakpoint
ALTER TABLE `template_revisions` ADD `parameters` json;--> statement-breakpoint
ALTER TABLE `slice_parameters` ADD CONSTRAINT `slice_parameters_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;