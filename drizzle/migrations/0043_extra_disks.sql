ALTER TABLE `slice_vms` ADD `extra_disk_gb` int unsigned DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `template_vms` ADD `extra_disk_gb` int unsigned DEFAULT 0 NOT NULL;