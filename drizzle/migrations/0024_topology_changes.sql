CREATE TABLE `topology_changes` (
	`deployment_id` bigint unsigned NOT NULL,
	`slice_id` bigint unsigned NOT NULL,
	`version` int unsigned NOT NULL,
	`before` json NOT NULL,
	`changes` json NOT NULL,
	CONSTRAINT `topology_changes_deployment_id` PRIMARY KEY(`deployment_id`),
	CONSTRAINT `topology_changes_slice_version_unique` UNIQUE(`slice_id`,`version`)
);
--> statement-breakpoint
ALTER TABLE `deployments` DROP FOREIGN KEY `deployments_slice_vm_id_slice_vms_id_fk`;
--> statement-breakpoint
ALTER TABLE `deployments` MODIFY COLUMN `kind` enum('deploy','update','start','stop','reboot','destroy') NOT NULL;--> statement-breakpoint
ALTER TABLE `slices` ADD `topology_version` int unsigned DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `topology_changes` ADD CONSTRAINT `topology_changes_deployment_id_deployments_id_fk` FOREIGN KEY (`deployment_id`) REFERENCES `deployments`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `topology_changes` ADD CONSTRAINT `topology_changes_slice_id_slices_id_fk` FOREIGN KEY (`slice_id`) REFERENCES `slices`(`id`) ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `deployments` ADD CONSTRAINT `deployments_slice_vm_id_slice_vms_id_fk` FOREIGN KEY (`slice_vm_id`) REFERENCES `slice_vms`(`id`) ON DELETE set null ON UPDATE no action;