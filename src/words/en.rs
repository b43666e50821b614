//! English, and the table itself: the fields every language must have.

macro_rules! table {
    ($( $(#[$doc:meta])* $name:ident = $text:expr; )*) => {
        /// Every text of the program. One constant of this type is one language.
        #[allow(missing_docs, reason = "the English text beside each field says what it is")]
        #[derive(Debug)]
        pub struct Words { $( pub $name: &'static str, )* }
        /// English.
        pub const EN: Words = Words { $( $name: $text, )* };
        /// Name and English text of every entry, for tests of the table itself.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[ $( (stringify!($name), $text), )* ];
    };
}

table! {
    product = "FreeScout Rescue";

    our_fault = "A fault in freescout-rescue itself stopped this step.";
    our_fault_next = "Nothing further was done. Try again; if it happens again, please report it.";

    // finding the install
    install_not_found = "No FreeScout was found on this server.";
    install_not_found_why = "Looked in the current folder, the usual web roots, home folders, and where PHP processes run.";
    install_not_found_next = "Give its folder: freescout-rescue /path/to/freescout";
    install_several = "There is more than one FreeScout on this server:";
    install_several_next = "Give the folder of the one that is meant: freescout-rescue /path/to/freescout";
    install_missing = "{path} cannot be opened.";
    install_missing_next = "Give the folder that holds FreeScout's `artisan` and `.env`.";
    install_not_freescout = "{path} is not a FreeScout.";
    install_not_freescout_why = "It has no `artisan`, or its config/app.php is not FreeScout's.";
    install_not_freescout_next = "Give the folder that holds FreeScout's `artisan` and `.env`.";
    install_not_open = "No install is open yet.";
    env_missing = "{path} is missing.";
    env_missing_why = "There is no config cache and no APP_KEY in the environment either, so nothing tells which database to read.";
    env_missing_next = "Put a copy of .env back from a backup. Do not open /install.php: it would write a new key.";
    env_unreadable_next = "Run as root, or as the user that owns the file.";
    cache_unreadable = "{path} is not a config cache as Laravel writes it.";
    cache_unreadable_next = "FreeScout cannot start with it either. Move the file away and try again; FreeScout rebuilds it.";
    file_unreadable = "A file of the install cannot be read.";
    source_process_environment = "the process environment";
    source_nowhere = "nowhere: no key is configured";
    left_out_not_root = "Running as {user}, not as root: other users' processes cannot be looked at, and the owner of files cannot be changed.";

    // the database
    database_settings = "The database settings cannot be used.";
    database_settings_next = "Look at DB_CONNECTION in .env: FreeScout supports mysql and pgsql.";
    database_unreachable = "The database at {place} cannot be reached.";
    database_unreachable_next = "Look at DB_HOST, DB_PORT and DB_SOCKET in .env, and whether the server runs. `localhost` means the socket for MySQL.";
    database_file_next = "Look at DB_DATABASE in .env: the file must be there, and yours to read and write.";
    database_denied = "The database refuses user {user}.";
    database_denied_next = "Look at DB_USERNAME and DB_PASSWORD in .env.";
    database_unknown = "There is no database {database} on the server.";
    database_unknown_next = "Look at DB_DATABASE in .env.";
    database_tls = "No encrypted connection to the database at {place}.";
    database_tls_next = "Look at DB_MYSQL_ATTR_SSL_CA, DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT or DB_PGSQL_SSLMODE in .env.";
    database_driver = "This database cannot be used.";
    database_query = "The database did not do what was asked.";
    database_query_next = "Nothing was changed. The server's own words are above; its log may tell more.";
    table_missing = "The table {table} is missing.";
    table_missing_why = "Database {database} is reachable, but FreeScout's tables are not in it.";
    table_missing_next = "Look at DB_DATABASE and DB_TABLE_PREFIX in .env.";

    // errors, as parts of sentences
    error_line = "line {line}: {why}";
    error_path = "{path}: {why}";
    error_sum = "{path} does not match its sum";
    error_backup_form = "{path}, line {line}: not of the form of a backup";
    error_open_folder = "{path} belongs to another user, or others may write into it";
    error_owner = "owner and group cannot be kept: {why}";
    error_no_such_file = "no such file";
    error_not_a_file = "not a regular file";
    error_foreign_link = "a symbolic link to a file of another user; not followed";
    error_too_large = "larger than {max} bytes";
    error_changed = "changed since it was read";
    artisan_root_storage = "storage/ belongs to root";
    artisan_not_owner = "only root or the owner of storage/ may do this";
    artisan_no_php = "php was not found";
    artisan_not_started = "php could not be started: {why}";
    artisan_too_long = "php took longer than {seconds} seconds";
    artisan_ended = "php ended with code {code}: {said}";
    error_driver = "unsupported database driver {name}";
    error_no_connection = "the config cache has no database connection";
    env_error_name = "not a variable name";
    env_error_line = "line {line} sets the name, but cannot be read";
    env_error_spelling = "no spelling of the value reads back right";
    env_error_blank = "an unquoted value holds white space";
    env_error_no_name = "there is no name before the equals sign";
    env_error_endless = "the references to other variables grow without end";

    // survey and search
    survey_reading = "Reading the install";
    survey_judging = "Reading the database and checking every secret";
    looking_at = "{files} files, {megabytes} MiB read: {path}";
    skip_broken = "damaged archive: {why}";
    skip_encrypted = "encrypted archive member";
    skip_too_deep = "nested too deep";
    skip_too_much = "unpacks to more than {megabytes} MiB";
    skip_not_read = "packed as {form}, which is not read here: unpack it first";
    skip_missing = "no such file or folder";
    look_skipped = "not read: {path}: {why}";
    look_skipped_more = "not read: {count} more";

    // backup
    backup_reading = "Reading everything that may be touched";
    backup_rows = "Saving stored texts";
    backup_dump = "Dumping the database";
    backup_verifying = "Reading the backup back";
    backup_failed = "The backup could not be made.";
    backup_failed_open = "The backup names a file that is not of this install.";
    backup_failed_next = "Nothing was changed. Give another folder with --backup-dir, one that only you may write.";
    backup_stale = "The backup no longer matches the install.";
    backup_stale_why = "Something was saved in FreeScout, or a file was changed, since the backup was made.";
    backup_stale_next = "Nothing was changed. Make a new backup (step 2); the plan is then made anew.";
    restore_sql_head = "-- Puts back what freescout-rescue may change in database {database}\n-- of {path}, as it stood at {created}.";
    backup_readme = "Backup by freescout-rescue of {path}, made {created}.\n\nThis folder holds the APP_KEY (in files/env) together with everything it opens: keep it closed,\nand delete it when it is no longer needed.\n\nTo put everything back:      {restore}\nTo do it by hand:            {command}\n                             copy files/env over .env (and files/config.php over bootstrap/cache/config.php)\nTo take back a recovery:     {undo}\n\nmanifest.json lists every file with its SHA-256 sum, and where it came from.\n";

    // plan and apply
    plan_surprised = "A secret is not as the checks saw it.";
    plan_surprised_next = "Nothing was changed. Run the checks again.";
    plan_key_gone = "The key of the plan is not known any more.";
    apply_needs_backup = "There is no backup of what stands now.";
    apply_needs_backup_next = "Make one in step 2; then plan and apply.";
    apply_checking = "Comparing the backup with what stands now";
    apply_rows = "Writing rows in one transaction";
    apply_files = "Replacing files";
    apply_cache = "Clearing FreeScout's config cache";
    apply_verifying = "Reading everything again as FreeScout would";
    env_not_writable = "A file of the install cannot be replaced.";
    env_not_writable_next = "Nothing was changed. Run as root or as the owner of the file, and look for a read-only mount or an immutable flag (lsattr).";
    apply_half_done = "The rows were written, but the key could not be, and the rows could not be put back.";
    apply_half_done_next = "Free the file, then put the backup back: freescout-rescue restore {folder} --yes, or feed restore.sql in that folder to the database.";
    rows_changed = "Rows were changed by somebody else since they were read.";
    rows_changed_next = "Nothing was changed. Back up again; the plan is then made anew from what stands now.";
    row_not_kept = "The database did not keep a new text whole.";
    row_not_kept_next = "Nothing was changed. The column is too narrow: let FreeScout's migrations run (php artisan migrate) first.";
    cache_cleared_by_artisan = "FreeScout's own clear-cache was run as the web user; workers restart after their present job.";
    artisan_left_old_key = "FreeScout's clear-cache ran, but the cached config still does not hold the key; it was removed instead.";
    artisan_failed = "FreeScout's clear-cache could not be run ({why}); the cached config was removed instead.";
    cache_removed = "The cached config was removed; FreeScout reads .env now. Run `php artisan freescout:clear-cache` as the web user to build a new one.";
    cache_not_removed = "The cached config could not be removed ({why}). Until it is gone FreeScout keeps the old key.";
    workers_told = "Queue workers were told to restart after their present job.";
    workers_not_told = "Queue workers could not be told to restart: run `php artisan queue:restart` as the web user.";
    workers_other_driver = "The cache driver is {driver}: run `php artisan queue:restart` as the web user, so that workers take the key.";
    opcache_hint = "If pages keep the old key (opcache.validate_timestamps=0), restart PHP-FPM or the web server.";

    apply_not_read_again = "It was written, but could not be read again to prove it: {what} {why}";
    handover_impossible = "FreeScout runs on its cached config, and could not run without it.";
    handover_no_env = "{path} is missing: only the cache holds the settings.";
    handover_other_database = "The settings in .env do not lead to the database that was read.";
    handover_impossible_next = "Nothing was changed. The recovery has to clear the cache: first make .env right (a copy may be in a backup; the cache bootstrap/cache/config.php shows the settings in force).";
    cache_stays = "The cached config does not follow, so rows and files were put back as they were.";
    cache_stays_next = "Run as root, or as the owner of storage/ and bootstrap/cache, so that the cache can be cleared.";
    no_transactions = "Table {table} cannot change all or nothing: its engine has no transactions.";
    no_transactions_next = "Nothing was changed. Convert it first: ALTER TABLE {table} ENGINE = InnoDB;";
    key_file_holds_no_key = "{path} is named by APP_KEY_FILE, but holds no key: it is not overwritten";

    // undo and restore
    undo_nothing = "There is no recovery to take back.";
    undo_nothing_why = "No backup of this install in {folder} was followed by a recovery that still stands.";
    undo_nothing_next = "Give the folder with --backup-dir if the backups lie elsewhere.";
    undo_checking = "Comparing with what was written";
    undo_rows = "Putting rows back in one transaction";
    undo_files = "Putting files back";
    undo_file_changed = "{path} was changed since the recovery.";
    undo_file_changed_why = "Putting the rows back without it would leave them under another key than the one configured.";
    undo_file_changed_next = "Nothing was changed. Compare the file with the copy in the backup, then use `freescout-rescue restore`.";
    undone = "Taken back: {rows} stored texts and {files} files are as they were.";
    undo_row_refused = "Left alone, because somebody changed it since: {place}";
    undo_stranded = "Saved since under the key that was taken away, so it does not open now: {place}";
    undo_needs_yes = "This would take back the recovery of {created}: {rows} stored texts and {files} files, from {folder}. Add --yes to do it. Nothing was changed.";
    undo_safety = "What stood before is in {folder}";
    restore_would = "Restoring would change {rows} stored texts and {files} files:";
    restore_would_nothing = "Everything stands as in the backup: restoring would change nothing.";
    restore_needs_yes = "Add --yes to do it; a new backup is made first. Nothing was changed.";
    restored = "Restored: {rows} stored texts and {files} files. What stood before is in {folder}.";
    restore_other_install = "This backup is of another install.";
    restore_other_install_next = "Nothing was changed. Give the install that it was made of.";
    not_a_backup = "{path} is no backup to be put back.";
    not_a_backup_next = "Nothing was changed. Backups lie in {folder}, unless --backup-dir says otherwise.";

    // command line
    key_file_unreadable = "The key file cannot be read.";
    look_in_missing = "{path} is not there, so no key can be looked for in it.";
    look_in_missing_next = "Nothing was changed. Correct the path after --look-in.";
    key_file_no_key = "The key file holds no key.";
    key_file_no_key_next = "It should hold `base64:` and 44 characters, or 32 plain characters, and nothing else.";
    passwords_file_unusable = "{path} cannot be used.";
    passwords_unusable = "A given password has no place.";
    passwords_next = "Nothing was changed. One JSON object a line: {\"mailbox\": 3, \"incoming\": \"…\", \"outgoing\": \"…\"} or {\"system_mail\": \"…\"}.";
    no_such_mailbox = "There is no mailbox {mailbox}.";
    no_system_mail = "The install has no such password field.";
    strategy_impossible = "The strategy {strategy} is not possible here.";
    strategy_impossible_next = "Nothing was changed. Run `freescout-rescue check` to see what is recommended.";
    recover_needs_yes = "This is only the plan. Add --yes to back up and carry it out. Nothing was changed.";
    recover_nothing_to_do = "Nothing needs to be changed.";
    demo_made = "A broken FreeScout lies in {install}\nIts old key is somewhere in {look_in}\nTry:  freescout-rescue {install}\n      freescout-rescue check {install} --look-in {look_in}";
    demo_gone = "That was the demo: it is gone again, with its backups and reports.";
    demo_no_room = "The demo cannot be laid out.";
    demo_no_room_next = "Give a folder that does not exist yet, in one that you may write.";
    report_not_saved = "The report could not be saved.";
    severity_critical = "critical";
    severity_warning = "warning";
    severity_info = "note";
    check_install = "{path}: FreeScout {version} on {server}";
    check_key = "Key in force: {label} · {fingerprint}, from {source}";
    check_no_key = "No usable key is in force.";
    check_summary = "FreeScout can read {readable} of {total} stored secrets.";
    check_recommended = "Recommended: {strategy}. {why}";
    check_next = "Next, to see the plan: freescout-rescue recover {again}\nOr the wizard:         freescout-rescue {again}";
    check_all_well = "Nothing needs to be done.";
    plan_figures = "Plan {strategy}. Sealed anew: {resealed}. Passwords stored: {entered}. Readable: {before} of {total} now, {after} of {total} after.";
    applied_verified = "Done ({strategy}). Sealed anew: {resealed}. Passwords stored: {entered}. What was written was read again and is right.";
    applied_unverified = "Done ({strategy}). Sealed anew: {resealed}. Passwords stored: {entered}. But not everything reads as planned.";
    applied_still_lost = "FreeScout cannot use these yet:";
    applied_undo = "To take it back: {undo}";

    // the wizard: what it says at the foot of the screen
    apply_word = "apply";
    apply_type_the_word = "Type the word first; then Enter.";
    undo_word = "undo";
    undo_type_the_word = "Type the word first; then Enter.";
    field_full = "This does not fit into the field.";
    pasted_in_part = "Only the first line of what was pasted was taken.";
    locked = "This step is not open yet.";
    locked_backup = "This step opens when a verified backup stands (step 2).";
    wait_busy = "One moment: something is still being done.";
    wait_looking = "The search is still running. Esc stops it; then try again.";
    wait_writing = "This is being written and will not be cut off. It takes a moment.";
    stopped = "Stopped.";
    looked = "Searched: {files} files, {megabytes} MiB.";
    looked_stopped = "Stopped after {files} files, {megabytes} MiB.";
    looked_no_key = "No further key.";
    looked_found = "Found: {key} opens {opens} of {total}.";
    looked_nothing = "Nothing was searched: {why}";
    q_leaves = "q leaves.";
    q_or_n = "q leaves, n starts a new round.";
    report_no_way_back = "The recovery is done. n starts a new round, q leaves.";

    // the screen: frame
    what_now = "What to do now";
    please_enlarge = "Please enlarge this window: {width}×{height} at least, it is {w}×{h} now.";
    pane_steps = "Steps";
    pane_connections = "Connections";
    title_readable = "readable now {readable}/{total}";
    title_after = " → after plan {readable}/{total}";
    stopping = "Stopping";
    step_survey = "Survey";
    step_backup = "Backup";
    step_keys = "Keys";
    step_checks = "Checks";
    step_checks_title = "Decrypt checks";
    step_plan = "Plan";
    step_passwords = "Passwords";
    step_apply = "Apply";
    step_report = "Report";
    no_terminal = "The wizard needs a terminal.";
    no_terminal_next = "Log in with a terminal (ssh -t), or use the commands: check, recover, undo. See freescout-rescue --help.";
    quit_question = "Leave? Enter leaves, Esc stays.";
    quit_nothing_changed = "Nothing was changed.";
    quit_backup_stays = "A backup stays in {folder}. It holds the APP_KEY: delete it when it is not needed.";
    quit_recovery_stands = "The recovery made in this session stands. To take it back: {undo}";
    quit_writing = "The recovery is being written right now. We leave as soon as it is done; it is never cut off.";
    quit_running = "Something is still being done; it will be stopped. It changes nothing in FreeScout.";
    quit_typed = "Passwords typed and not applied: {count}. They will be forgotten.";
    quit_report_unsaved = "The recovery is done. Its report was not saved (Enter in step 8 saves it).";

    // the screen: keys
    key_next = "go on";
    key_choose = "choose";
    key_move = "move in the field";
    key_pane = "next list";
    key_select = "select";
    key_back = "back";
    key_stop = "stop";
    key_filter = "filter";
    key_connections = "connections";
    key_direction = "in/out";
    key_keep_untested = "keep untested";
    key_test_all = "test all";
    key_stop_tests = "stop";
    key_failing_only = "failing only";
    key_help = "help";
    key_quit = "quit";
    key_retry = "again";
    key_add_key = "add key";
    key_look_in = "look in";
    key_look_usual = "look around";
    key_other_database = "other values";
    key_other_folder = "other folder";
    key_undo = "undo";
    key_start_over = "new round";
    key_go = "to an open step";
    key_erase = "erase";
    key_erase_all = "empty the field";
    key_reveal = "show";
    key_same_as = "same as";
    enter_use = "use this";
    enter_leave = "leave";
    enter_to_backup = "backup";
    enter_make_backup = "make the backup";
    enter_to_keys = "keys";
    enter_to_checks = "checks";
    enter_to_plan = "plan";
    enter_to_passwords = "passwords";
    enter_to_apply = "last look";
    enter_next_field = "next";
    enter_carry_out = "carry it out";
    enter_undo = "undo";
    enter_save_report = "save report";
    help_survey = "This step only reads. It shows which key FreeScout runs with, and what does not fit.";
    help_backup = "Everything that a recovery may touch is copied and read back. Without that, nothing further opens.";
    help_keys = "A key is right or it is not: its MAC tells for certain. Old keys survive in backups of .env, editor files, containers' settings, shell history. Paste one, or name a place to search.";
    help_checks = "K1, K2, … say which key opens a secret; ✓ is the key in force. Only what says lost or wiped needs its password again.";
    help_plan = "Up and down choose a strategy, Tab goes to the list of changes. Everything is rehearsed in memory; nothing is written.";
    help_passwords = "Passwords stay in memory until step 7 seals them with the key of the plan. ^O takes the password of the same account elsewhere.";
    help_apply = "All rows change in one transaction or none do. The key is written last; if that fails, the rows are put back.";
    help_report = "Everything was read again from the files and the database. u takes the whole recovery back.";

    // the screen: survey
    survey_reading_long = "Reading the install and its database. Nothing is changed.";
    survey_install = "Install";
    survey_install_value = "{path}, FreeScout {version}, on {host}";
    survey_database = "Database";
    survey_database_value = "{server}, {database}";
    survey_database_prefix_value = "{server}, {database}, prefix {prefix}";
    survey_web_user = "Web user";
    survey_web_user_value = "{user} (owns storage/)";
    survey_key = "Key";
    survey_key_value = "{key}, from {source}";
    survey_wrong = "What is wrong";
    survey_nothing_wrong = "Nothing is wrong with the key or the stored secrets.";
    survey_do_not = "Until this is repaired";
    survey_do_not_save = "Do not save mailbox forms: a blank field wipes the old password.";
    survey_do_not_restart = "Do not restart workers or PHP: their memory may hold the lost key.";
    survey_do_not_install = "Do not open /install.php: it can write yet another key.";
    survey_folder_form = "FreeScout's folder (the one with artisan and .env):";
    survey_other_values = "d tries other values than FreeScout's, only for this session: nothing of FreeScout is changed by that.";
    survey_database_form = "Database values for this session. Nothing is written to FreeScout's settings. Tab goes to the next field, Enter connects.";
    database_form_driver = "DB_CONNECTION is mysql, pgsql or sqlite.";
    database_form_port = "DB_PORT is a number up to 65535.";
    database_form_name = "DB_DATABASE must not be empty.";
    database_form_password = "An empty DB_PASSWORD takes the configured one.";

    // the screen: backup
    backup_what = "Before anything is changed, everything a recovery may touch is copied into one folder that only you can open, and read back:";
    backup_list = "  · .env, the key file and the config cache, where they exist\n  · every stored text that depends on the key, as it stands\n  · restore.sql, to put them back without this program\n  · a manifest with the SHA-256 sum of every file";
    backup_full_dump = "Also dump the whole database ({program})";
    backup_locks = "The later steps open when the backup stands.";
    backup_running = "The backup is being made. Esc stops it.";
    backup_stands = "The backup stands, and reads back right.";
    backup_folder = "Folder";
    backup_holds = "Holds";
    backup_holds_value = "{texts} stored texts, {files} files, {kib} KiB";
    backup_by_hand = "It can be put back with `freescout-rescue restore`, or by hand: its README says how.";
    backup_keep_closed = "It holds the APP_KEY together with everything it opens. Keep it closed, and delete it when it is no longer needed.";

    // the screen: keys
    keys_all_open = "Every sealed secret opens with one of these keys.";
    keys_one_closed = "1 secret opens with none of these keys. Another key may: paste it (a), name a place to look in (p), or look around the usual places (s).";
    keys_some_closed = "{count} secrets open with none of these keys. Another key may: paste it (a), name a place to look in (p), or look around the usual places (s).";
    keys_none = "No key is known yet.";
    keys_type_key = "The key, as it stood behind APP_KEY= (it is not shown; ^R shows it):";
    keys_type_place = "A file, an archive or a folder on this server:";
    keys_more_sources = "and {more} more places";
    key_tried = "{key} opens {opens} secrets.";
    key_tried_nothing = "{key} is a key, but opens nothing here.";
    key_not_a_key = "That is no key: {why}. A key is base64: and 44 characters, or 32 plain characters.";
    look_skipped_shown = "{more} more and this were not read: {first}";
    look_skipped_one = "Not read: {first}";

    // the screen: checks
    column_owner = "Mailbox or owner";
    column_incoming = "Incoming";
    column_outgoing = "Outgoing";
    column_oauth = "OAuth";
    cell_lost = "lost";
    cell_damaged = "damaged";
    cell_salvage = "salvage?";
    cell_plain = "not sealed";
    cell_twice = "twice";
    cell_wiped = "wiped";
    checks_nothing = "Nothing that depends on the key is stored.";
    checks_no_match = "No row has this text. Esc shows all again.";
    checks_planned = " Recommended: {action}.";

    // the screen: plan
    strategy_restore = "Restore";
    strategy_carry = "Carry over";
    strategy_fresh = "Fresh key";
    strategy_reenter = "Re-enter only";
    strategy_restore_does = "the old key back, newer secrets sealed anew";
    strategy_carry_does = "keep the key in force, seal the rest with it";
    strategy_fresh_does = "a new random key for everything (the old one leaked)";
    strategy_reenter_does = "store the passwords you type, nothing else";
    plan_recommended = "  (recommended)";
    plan_rehearsing = "Rehearsing the plan in memory. Nothing is written.";
    plan_headline = "Readable {before} → {after} of {total}. Sealed anew: {resealed}. Passwords to type: {needed}.";
    plan_links_restore = "Replies to old mails, links in them, the web cron and the app tokens work again; what was sent since loses its threading.";
    plan_links_fresh = "Everybody logs in again. Replies to mails already sent open new conversations; links in them and the web cron stop working.";
    plan_links_same = "The key in force stays: mails sent under it keep their threading and links; those sent under others do not get theirs back.";

    // the screen: passwords
    kind_client_secret = "OAuth client secret (incoming)";
    kind_client_secret_outgoing = "OAuth client secret (outgoing)";
    passwords_none = "No password has to be typed. Enter goes on.";
    passwords_head = "Only these are lost, or refused by their mail server. What you type is sealed in step 7; a field left empty stays as it is.";
    passwords_missing = "not given";
    passwords_typed = "typed, {count} long";
    passwords_same_as = "the same as {owner}, {kind}";
    passwords_for = "Login {login} at {server}";
    passwords_same_hint = "^O takes the password of the same account elsewhere.";
    passwords_tested_first = "Enter tries it at the mail server; it is stored in step 7.";
    passwords_oauth = "After step 7, connect again in the browser: https://{site}/mailbox/connection-settings/{id}/incoming";
    password_asterisks = "FreeScout takes asterisks for \"unchanged\": this would not be used.";
    password_zero = "FreeScout takes 0 for \"no password\": this would not be used.";
    password_blanks = "It begins or ends with a blank. FreeScout's own form would cut it off.";

    // the screen: apply
    apply_head = "This will be written, all of it or nothing:";
    apply_no_rows = "no stored text changes";
    apply_rows_written = "Sealed anew: {resealed}. Passwords stored: {entered}. All in one transaction.";
    apply_key_env = "APP_KEY in .env becomes {key}; owner, group and mode stay";
    apply_key_file = "the key file becomes {key}; owner, group and mode stay";
    apply_new_key = "a new random key";
    apply_cache_cleared = "the config cache is cleared where it is stale, and the workers are told to restart";
    apply_then = "then everything is read again: {after} of {total} will be readable";
    apply_lost = "Not usable after this: {count}. They stay as they are.";
    apply_backup = "The way back is in {folder}";
    apply_confirm = "Type {word} and press Enter:";
    apply_running = "Writing. This is never cut off.";
    apply_typed_kept = "Passwords typed so far are kept: {count}.";

    // the screen: report and connections
    report_saved = "Saved: {path}";
    undo_head = "Take the recovery back";
    undo_what = "Rows and files become what they were before, byte for byte. A row that somebody changed since is left alone, and named; if .env was changed since, nothing is touched.";
    undo_confirm = "Type {word} and press Enter:";
    connections_note = "Nothing was tested yet. t, then T logs in at every server, as FreeScout would.";
    connections_none = "There is no mailbox.";
    connections_none_failing = "Nothing that was tested fails. F shows all.";
    connections_untested = "Not tested. Enter logs in here, T everywhere.";
    connections_waiting = "Waits for its turn: few at once to one server, one to an account.";
    connections_works = "{code}, {ms} ms";
    connections_said = "“{said}”";
    connections_left = "Testing connections, {count} to go";
    enter_test = "test this";
    enter_try = "test it";
    password_trying = "Trying the password at the mail server";
    password_kept = "kept untested";
    password_untested = "not tested yet";
    password_untestable = "cannot be tested here";

    // the report
    report_verified = "Read again as FreeScout reads it, all is as planned. Sealed anew: {resealed}. Passwords stored: {entered}.";
    report_unverified = "Applied, but not everything reads as planned. Sealed anew: {resealed}. Passwords stored: {entered}.";
    report_open = "Readable now: {readable} of {total}. Still open: {open}, first in the list. n starts a new round, to type passwords.";
    report_undo = "To take it back: {undo}";
    report_testing = "Logging in at the mail servers: {count} connections to go.";
    report_untested = "No login was tested: t, then T does.";
    report_proven = "{ok} of {of} connections proven by a login.";
    report_failing = "{ok} of {of} connections proven by a login; t shows why the others do not work.";
    report_connection = "{owner}, {direction} {server}: {code}";
    report_watch = "What to watch: Manage > System > Status in FreeScout (jobs, last fetch), and Manage > Logs > Fetch Errors and Send Errors for a day.\nKeep the key safe: a copy of .env belongs into your backups, apart from the database.";

    // sentences: findings
    no_usable_key = "no usable key";
    a_key_not_known_here = "a key that is not known here";
    finding_stale_config_cache = "The config cache still holds {cached}; the configuration holds {configured}. FreeScout runs with the cached one.";
    finding_unusable_key = "The key in force is not usable: {why}.";
    finding_glued_key = "Line {line} of .env holds two keys glued together, as /install.php leaves them. Both are tried.";
    finding_glued_key_cached = "The cached config holds two keys glued together, as /install.php leaves them. Both are tried.";
    finding_worker_holds_other_key = "Worker {pid} was started before the change and still holds {key}: what it sends or fetches uses that key.";
    finding_key_from_process_environment = "APP_KEY is set in the process environment (container or pool settings) and wins over .env. It can only be changed there.";
    finding_key_file_unreadable = "APP_KEY_FILE names {path}, which cannot be read. FreeScout does not start like this.";
    finding_env_refused = "FreeScout cannot read line {line} of .env: a value with blanks needs quotes. Without the config cache it does not start.";
    finding_under_other_key = "{count} secrets are sealed under {key}, which is not the key in force.";
    finding_under_other_key_one = "1 secret is sealed under {key}, which is not the key in force.";
    finding_under_unknown_key = "{count} secrets open with no known key: their key is still missing, or they were changed.";
    finding_under_unknown_key_one = "1 secret opens with no known key: its key is still missing, or it was changed.";
    finding_damaged = "{count} secrets are damaged and cannot be read under any key as they stand.";
    finding_damaged_one = "1 secret is damaged and cannot be read under any key as it stands.";
    finding_plaintext = "{count} passwords are stored unencrypted. FreeScout reads them as empty.";
    finding_plaintext_one = "1 password is stored unencrypted. FreeScout reads it as empty.";
    finding_nested = "{count} secrets were encrypted twice.";
    finding_nested_one = "1 secret was encrypted twice.";
    finding_salvageable = "{count} secrets may be salvaged: a known key decrypts them although their MAC does not vouch for it.";
    finding_salvageable_one = "1 secret may be salvaged: a known key decrypts it although its MAC does not vouch for it.";
    finding_older_found = "{count} secrets that are lost today stand in older copies that a known key opens: `recover --take-older` brings them back.";
    finding_older_found_one = "1 secret that is lost today stands in an older copy that a known key opens: `recover --take-older` brings it back.";
    finding_password_in_log = "{count} texts that are probably passwords stand readable in FreeScout's logs: failed logins left them there. Once all is well again, delete those log entries, and change the passwords if others could read the logs.";
    finding_password_in_log_one = "A text that is probably a password stands readable in FreeScout's logs: a failed login left it there. Once all is well again, delete that log entry, and change the password if others could read the logs.";
    finding_probably_wiped = "{owner}: a password is needed but nothing is stored ({place}). It was probably wiped by saving the blank form.";
    finding_licences = "{count} module licences cannot be read: FreeScout's daily check will switch those modules off.";
    finding_licences_one = "1 module licence cannot be read: FreeScout's daily check will switch that module off.";
    finding_published_key = "{key} is public ({published}): rotate to a new key.";
    finding_published_key_in_force = "The key in force, {key}, is public ({published}): anybody can read what it seals. Rotate to a new key.";
    finding_database_settings_differ = "The config cache and .env name different databases. What is in force now is the cached one; after the cache is cleared, .env counts.";
    finding_root_owned = "{path} belongs to root, but the web user must write it. Give it back with chown, or pages will fail.";
    finding_not_transactional = "Table {table} is not kept by an engine with transactions: a recovery cannot be all or nothing there.";
    finding_older_schema = "The database is older than this FreeScout: {missing} does not exist. Nothing is looked for there.";
    finding_not_root = "Not running as root: other users' processes cannot be looked at.";
    finding_install_page = "Do not open /install.php in a browser: as the key is configured here, it would write a new one into .env.";
    key_error_empty = "there is none";
    key_error_length = "it comes to {bytes} bytes instead of 32";
    key_error_trailing = "something follows its end";

    // sentences: secrets and verdicts
    kind_incoming = "incoming password";
    kind_outgoing = "outgoing password";
    kind_oauth = "OAuth token";
    kind_system_mail = "system mail password";
    kind_module_option = "module option";
    kind_license = "module licence";
    kind_invited_user = "placeholder password of an invited user";
    kind_env_value = ".env value";
    verdict_opens = "Opens with the key in force, {key}.";
    verdict_other_key = "Opens with {key}, not with the key in force.";
    reads_empty = "FreeScout reads it as empty.";
    reads_license = "FreeScout takes the sealed text for the licence.";
    reads_module = "Its module cannot read it.";
    reads_invited = "Harmless: the invitation still works.";
    verdict_unknown_key = "No known key opens it. The key that made it is lost so far, or somebody changed the stored text: both look the same.";
    verdict_damaged_key = " It was sealed with {key}.";
    verdict_plaintext = "Stored unencrypted; FreeScout reads it as empty.";
    verdict_plaintext_works = "Stored unencrypted; FreeScout uses it as it stands.";
    verdict_nested = "Encrypted twice, the outer layer with {key}. FreeScout reads the inner payload instead of the password.";
    verdict_nested_closed = "Encrypted twice; the outer layer opens with {key}, the inner one with no known key.";
    verdict_wiped = "Empty although a password is needed: probably wiped by saving the blank form.";
    verdict_null = "Saved as \"no password\" by the settings page.";
    verdict_empty = "Nothing is stored.";
    salvage_missing = "Its MAC is missing, but {key} decrypts it to a valid value: it may be salvaged, unproven.";
    salvage_upper_case = "Its MAC is {key}'s in upper case, which FreeScout refuses: it may be salvaged.";
    salvage_wrong = "Its MAC is wrong, but {key} decrypts it to a valid value: it may be salvaged, unproven.";
    damage_bad_base64 = "Damaged: foreign characters in the stored text.";
    damage_bad_json = "Damaged: the stored text is not the JSON it should be.";
    damage_no_mac = "Damaged: the MAC is missing.";
    damage_bad_iv = "Damaged: the initialisation vector is not 16 bytes.";
    damage_truncated = "Damaged: the stored text is cut off.";
    damage_bad_padding = "Damaged: the MAC is right, but the ciphertext does not decrypt.";
    damage_not_serialized = "Opens, but is not the serialised value FreeScout insists on; it reads as empty.";
    damage_bad_meta = "Damaged: the mailbox's meta is not JSON, so its OAuth tokens cannot be read.";
    damage_too_long = "Too long to be a secret of FreeScout; it was not read.";
    action_nothing = "nothing stored, nothing to do";
    action_keep = "stays as it is";
    action_keep_until = "stays as it is, and opens again with {key} in force";
    action_reseal = "opened with {key}, sealed with the key of the plan";
    action_seal = "sealed for the first time";
    action_unwrap = "both layers opened, sealed once";
    action_repair = "written in the form FreeScout reads, sealed again";
    action_salvage = "salvaged with {key}, unproven";
    older = "the {what} of {date}, from {source}";
    logged = "a password seen on {date} in {seen_in}, unproven";
    logged_undated = "a password seen in {seen_in}, unproven";
    older_undated = "an older {what} of unknown date, from {source}";
    action_enter = "the new password is stored";
    action_stays_lost = "stays unreadable; its password is needed";
    action_lost_oauth = "stays unreadable; connect the mailbox again in the browser";
    action_lost_license = "stays unreadable; enter the licence again under Modules";
    action_lost_module = "stays unreadable; enter it again in the settings of its module";
    action_lost_invited = "stays unreadable, which does no harm";

    // sentences: keys, strategies, backup
    source_given = "given by you";
    source_stdin = "standard input";
    source_line = ", line {line}";
    key_opens = "opens {opens} of {total}";
    key_opens_nothing = "opens nothing here";
    key_in_force = ", in force";
    key_mails = ", {mails} mails sent under it";
    key_published = ", PUBLIC ({published}): rotate";
    why_published_key = "The key in force is public, so everything should move to a new one.";
    why_old_key_opens_more = "Most secrets were sealed with the old key. Putting it back also keeps reply threading, attachment links and the web cron working.";
    why_old_key_configured = "The old key stands in the configuration already; only the cache is stale.";
    why_old_key_sent_more = "Most mails were sent under the old key. Putting it back keeps replies to them, and links in them, working.";
    why_current_key_serves_more = "The key in force opens more, or has sent more mails; the rest is carried over to it.";
    why_key_is_out_of_reach = "The key is set outside of FreeScout's files, so it is kept and everything is carried over to it.";
    why_only_repairs = "The key in force is right; some stored values or the configuration need repair.";
    why_nothing_to_open = "What is left is damaged: only new passwords help.";
    why_key_missing = "Secrets remain that no known key opens. Look for the old key first: in step 3, or with --look-in. An old .env, a backup or a swap file may hold it.";
    why_no_usable_key = "There is no usable key, and none was found: a new one is made, and passwords are entered again.";
    impossible_no_old_key = "No other key that opens anything is known: step 3 looks for one.";
    impossible_no_key_in_force = "No usable key is in force.";
    impossible_key_out_of_reach = "The key is set by the process environment (container or pool settings): change it there.";
    // access tokens
    oauth_nonsense = "The provider's reply cannot be understood.";
    backup_done = "Backup: {texts} stored texts and {files} files, {kib} KiB, read back and right: {folder}";

    // connection tests
    probe_days_left = "{days} d left";
    probe_expired_days = "expired {days} d ago";
    probe_issued_by = "by {issuer}";
    probe_folder = "{folder} {count} mails";
    journey_subject = "freescout-rescue connection test";
    journey_body = "This mail was sent by freescout-rescue to find out whether this mailbox sends and receives. It can be deleted.";

    // connection tests: how they ended, in a word or two
    code_ok = "works";
    code_dns = "no such host";
    code_refused = "nobody listens";
    code_unreachable = "unreachable";
    code_timeout = "no answer";
    code_tls_handshake = "TLS failed";
    code_tls_wrong_mode = "wrong encryption setting";
    code_cert_expired = "certificate expired";
    code_cert_name = "certificate of another name";
    code_cert_untrusted = "certificate not trusted";
    code_not_a_mail_server = "not a mail server";
    code_starttls_refused = "STARTTLS refused";
    code_auth_rejected = "login refused";
    code_app_password_required = "app password required";
    code_basic_auth_disabled = "passwords switched off";
    code_smtp_auth_disabled = "SMTP login switched off";
    code_service_disabled = "service switched off";
    code_rate_limited = "too many logins";
    code_auth_unavailable = "no login possible";
    code_oauth_expired = "token expired";
    code_oauth_rejected = "token refused";
    code_folder_missing = "folder missing";
    code_sender_refused = "sender refused";
    code_protocol_error = "broken dialogue";
    code_no_password = "no password";
    code_unreadable_password = "unreadable";
    code_not_needed = "no login needed";
    code_not_configured = "not configured";
    code_same_as_before = "refused before";

    // connection tests: what to do
    advice_wrong_password = "User name or password is wrong. Enter the password again, or look it up at the provider.";
    advice_password_expired = "The server says the password has expired: set a new one there, then enter it here.";
    advice_google_password = "Wrong or revoked. Google takes app passwords only: make a new one (myaccount.google.com/apppasswords) and enter it without blanks.";
    advice_google_app_password = "Two-step sign-in is on: make an app password (myaccount.google.com/apppasswords) and enter it without blanks.";
    advice_google_spaces = "The stored app password has blanks in it. Google shows it with blanks; enter the 16 letters without them.";
    advice_google_browser = "Google blocked this sign-in. Sign in to the account in a browser, allow it, then test again.";
    advice_yahoo_app_password = "Yahoo and AOL take app passwords only: make one in the account's security settings.";
    advice_icloud_app_password = "iCloud takes app-specific passwords only (account.apple.com), and for IMAP often the name before the @ alone.";
    advice_fastmail_app_password = "Fastmail takes app passwords only: Settings, Privacy & Security, Integrations.";
    advice_microsoft_oauth = "Microsoft takes no password here any more: connect the mailbox by OAuth, {url}";
    advice_microsoft_smtp_auth = "SMTP AUTH is switched off: the Microsoft 365 administrator enables Authenticated SMTP for this mailbox.";
    advice_microsoft_not_connected = "Signed in, but not let into the mailbox: wrong shared-mailbox name, missing IMAP permission of the app, or throttling.";
    advice_microsoft_token_refused = "The token was refused: look at the app's permissions and at the mailbox's name, then connect again, {url}";
    advice_token_refused = "The token was refused: connect the mailbox again in the browser, {url}";
    advice_too_many = "Not the password: too many connections or logins. Wait some minutes, then test again.";
    advice_try_later = "Not the password: the server cannot check it just now. Test again later.";
    advice_in_use = "Not the password: another program has this mailbox open. Test again in a minute.";
    advice_enable_imap = "IMAP is switched off for this account: enable it in the provider's mail settings.";
    advice_enable_imap_or_app_password = "IMAP is switched off for this account, or an app password is needed: look at the provider's mail settings.";
    advice_contact_admin = "The account is blocked: ask the mail server's administrator.";
    advice_needs_encryption = "The server takes logins only when encrypted: choose STARTTLS or SSL in FreeScout, {url}";
    advice_no_login_method = "The server offers no login that FreeScout can make here: look at port and encryption, {url}";
    advice_turned_away = "The server hung up or turned us away: this server's address may be blocked there, or the encryption setting is wrong.";
    advice_not_owner = "Logged in, but this account may not send as {email}: allow it at the mail server.";
    advice_sender_refused = "The server takes no mail from {email}: see its words.";
    advice_folder_missing = "Logged in, but a folder that FreeScout fetches is not there: correct it, {url}";
    advice_no_such_host = "The server's name has no address: correct the name in FreeScout, or look at this machine's DNS.";
    advice_nobody_listens = "Nothing listens on {server}: look at the port, and whether the mail server runs.";
    advice_no_route = "No way to {server} from here: look at the network and the firewall.";
    advice_no_answer = "No answer from {server}: a firewall swallows the packets, or the encryption setting does not fit the port.";
    advice_speaks_tls = "This port speaks TLS from the first byte: choose SSL in FreeScout, {url}";
    advice_speaks_plain = "This port does not begin with TLS: choose STARTTLS (SMTP: TLS) in FreeScout, {url}";
    advice_tls_failed = "No TLS that both sides know: the server may be too old, or want another port.";
    advice_certificate_expired = "The certificate has expired: the mail server's administrator renews it.";
    advice_certificate_name = "The certificate is for {said}: use that as the server's name in FreeScout, {url}";
    advice_certificate_untrusted = "No known authority signed the certificate: install its authority on this server, or a proper certificate there.";
    advice_no_starttls = "The server does not do STARTTLS on this port: choose SSL and its port (993, 465) in FreeScout, {url}";
    advice_not_a_mail_server = "Something else answers on {server}: look at name, port and protocol.";
    advice_broken_protocol = "The server says what no mail server should: see its words; look at the port.";
    advice_unreadable = "FreeScout cannot read the stored password, so it was not tried: the recovery comes first.";
    advice_nothing_stored = "No password is stored, so FreeScout does not log in: enter it.";
    advice_zero_password = "FreeScout takes the password 0 for none when it fetches: choose another.";
    advice_local_mailer = "FreeScout hands its mail to this server's own mailer: there is no login.";
    advice_of_module = "A module's own protocol: test it in FreeScout.";
    advice_no_server = "No server is configured.";
    advice_refused_before = "This password was refused there already; it is not sent again, so that the account is not locked.";
    advice_reconnect = "The token is lost; the client secret is not. Connect the mailbox again in the browser, {url}";
    advice_reconnect_after_secret = "Enter the client secret, then connect the mailbox again in the browser, {url}";
    advice_renewed_later = "The token has expired, which is normal: FreeScout renews it at its next fetch. It is not renewed before the recovery.";
    advice_client_secret_expired = "The client secret has expired or is wrong: make a new one in the provider's console, enter it, and connect again, {url}";
    advice_renewal_unreachable = "The token has expired, and the provider could not be reached to renew it: look at this server's way out (HTTPS).";
    advice_renewal_not_stored = "The provider renewed the token, but it could not be stored: connect the mailbox again in the browser, {url}";
    advice_renewal_not_tried = "The token has expired. It was not renewed, as the new one could not be stored: the database takes no writes.";
    advice_renewal_refused = "The token has expired, and the provider did not renew it: see its words. Wait, test again, or connect the mailbox again, {url}";
    advice_reconnect_revoked = "The provider renews this connection no longer: connect the mailbox again in the browser, {url}";
    mailbox_url = "https://{site}/mailbox/connection-settings/{id}/{direction}";
    system_mail_url = "https://{site}/settings/emails";

    // connection tests: what works and should not be left so
    caution_clear_text = "The password travels unencrypted.";
    caution_starttls_ignored = "FreeScout does not do STARTTLS for POP3: the password travels unencrypted. Choose SSL, port 995.";
    caution_login_disabled = "The server asks for encryption first; FreeScout sends the password all the same.";
    caution_unchecked_expired = "FreeScout does not check it, but the certificate has expired.";
    caution_unchecked_name = "FreeScout does not check it, but the certificate is for {names}.";
    caution_unchecked_untrusted = "FreeScout does not check it, but no known authority signed the certificate.";
    caution_expires_soon = "The certificate expires soon; days left: {days}.";
    caution_private_address = "FreeScout's settings form refuses this private address: name it in APP_REMOTE_HOST_WHITE_LIST before saving the form.";
    caution_no_login_offered = "The server offers no login; FreeScout sends without one.";
    caution_not_yet_readable = "Tested with the password that {key} opens; FreeScout reads it only after the recovery.";
    journey_arrived = "A mail to itself arrived after {seconds} s and was removed.";
    journey_arrived_marked = "A mail to itself arrived after {seconds} s; it is marked as deleted, as this server cannot remove a single mail.";
    journey_not_seen = "A mail to itself was accepted and not found within {seconds} s.";
    journey_refused = "A mail to itself was refused: {said}";
    journey_not_tried = "No mail was sent: sending and fetching must both work, by IMAP.";
    system_mail = "System mail";
    rung_login = "login";
    direction_incoming = "incoming";
    direction_outgoing = "outgoing";
    test_progress = "{done} of {of} connections tested";
    test_summary = "{ok} of {of} connections work; {failed} do not, {skipped} were not tried.";
    test_nothing = "There is no mailbox to test.";
    test_nothing_next = "Add a mailbox in FreeScout, or name one that is there.";
    test_connect_to = "{text} is not HOST:PORT=ADDRESS:PORT.";
    test_connect_to_next = "For example: --connect-to imap.example.org:993=127.0.0.1:10993";
    password_being_tried = "It is being tried at the mail server. Esc goes back, typing stops it.";
    password_unsettled = "Not tested yet: Enter tries it at the mail server, ^K keeps it untested, ^U empties the field.";
}
