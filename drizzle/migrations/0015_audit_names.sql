ALTER TABLE `audit_log` ADD `object_name` varchar(255);--> statement-breakpoint
ALTER TABLE `deployments` ADD `because` varchar(64);