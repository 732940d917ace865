CREATE EXTENSION documentdb CASCADE;
-- Expired documents are removed every second rather than every minute.
SELECT cron.alter_job(jobid, schedule => '1 seconds') FROM cron.job WHERE jobname LIKE 'documentdb_ttl_task%';
