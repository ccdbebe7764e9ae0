DROP INDEX `audit_log_result_index` ON `audit_log`;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `outcome` varchar(9) GENERATED ALWAYS AS ((case result when 'OK' then 'ok' when 'FAILED' then 'failed' when 'CANCELLED' then 'cancelled' else 'refused' end)) STORED;--> statement-breakpoint
CREATE INDEX `audit_log_outcome_index` ON `audit_log` (`outcome`,`id`);