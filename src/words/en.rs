//! English, the first language: its entries are those that every language must have.
//!
//! One language is one file, so that who translates it has all of it before them; its sections follow the program.

use super::table::English;

table! {
    /// English.
    pub const EN: plurals English;

    product = "FreeScout Rescue";
    key_in_a_name = "‹key›";

    our_fault = "This step was stopped by a bug in freescout-rescue.";
    our_fault_next = "Nothing further was done. Try again; if it happens again, please report it.";

    // how parts are put together
    list_more(list, one) = "{list}, {one}";
    clauses_more(clauses, one) = "{clauses}; {one}";
    sentences_more(sentences, one) = "{sentences} {one}";
    owner_of_kind(owner, kind) = "{owner} ({kind})";
    group_of(said, count) = "{said} ({count}):";
    sentence_of(clauses) = "{clauses}.";
    said_of(what, said) = "{what}: {said}";

    // finding the install
    install_not_found = "No FreeScout install was found in the usual places.";
    install_not_found_why = "Searched: the current folder, running PHP processes, crontabs, services, the sites of web servers, PHP-FPM pools, the usual web roots, and home folders.";
    install_not_found_next(program) = "Name its folder: {program} /path/to/freescout";
    install_not_found_next_as_user(program) = "Without root, the processes of other users and the inside of containers cannot be looked at: run it as root (sudo), or name the folder: {program} /path/to/freescout";
    install_not_found_next_passed_over(program) = "This host has more containers than were looked into. Name the one that FreeScout runs in (--container NAME), or its folder: {program} /path/to/freescout";
    install_not_found_next_in_container(command) = "Name its folder in the container: {command} /path/to/freescout";
    install_several = "There is more than one FreeScout install on this server:";
    install_several_next(program) = "Name the folder of the one you mean: {program} /path/to/freescout (of one in a container, with --container NAME, and its folder there)";
    install_several_next_in_container(command) = "Name the folder of the one you mean: {command}";
    install_several_next_containers(command) = "Name the one you mean, with its container: {command}";
    install_several_next_both(program, command) = "Name the folder of the one you mean: {program} /path/to/freescout; of one in a container, that too: {command}";
    found_version(path, version) = "{path} (FreeScout {version})";
    found_at_address(path, address) = "{path} ({address})";
    found_version_at_address(path, version, address) = "{path} (FreeScout {version}, {address})";
    found_operator = "named by you";
    found_current_folder = "the current folder";
    found_process(pid) = "PHP process {pid} runs there";
    found_process_of(pid, user) = "PHP process {pid} of {user} runs there";
    found_crontab = "run by cron";
    found_crontab_of(user) = "run by cron as {user}";
    found_service(name) = "run by the service {name}";
    found_idle_service(name) = "named by the service {name}, which is not enabled";
    found_supervisor(name) = "run by the supervisor program {name}";
    found_site(server, name) = "web root of the {server} site {name}";
    found_site_unnamed(server) = "web root of a {server} site";
    found_below(site) = "inside the {site}";
    found_pool(name) = "named by the PHP-FPM pool {name}";
    found_panel = "web root of a cPanel site";
    survey_in_container(container) = "in the {container}";
    survey_in_container_by(container, process) = "in the {container} (process {process})";
    survey_in_restarting_container(container) = "in the {container}, which is restarting (its first process ends, and its runtime starts it again): files in its own layers are read-only";
    survey_in_paused_container(container, process) = "in the {container}, which is paused, as process {process} sees it";
    survey_in_stopped_container(container) = "in the {container}, which is stopped: files in its own layers are read-only";
    container_runs_there(container, path, command) = "FreeScout also runs in the {container}, with its folder at {path} there, so this one may be an old copy. To check that one: {command}";
    container_may_be_meant(container, path, command) = "FreeScout runs in the {container}, with its folder at {path} there. To check that one from here: {command}";
    container_stopped_is_meant(container, path, command) = "This is the folder {path} of the {container}, which is stopped: its settings count in there, and so do the names of its servers. Start the container, then check it from here: {command}";
    container_closed(container) = "Something runs in the {container}, but its file system (fuse-overlayfs) answers to its own account alone: whether FreeScout is in it cannot be seen from here. It can be seen when the container is stopped, or from within: as that account, copy freescout-rescue into it (podman cp) and run it there (podman exec -it).";
    container_unseen(containers, count: number) = count {
        One "A stopped container cannot be looked into: its layers are stored in a way that freescout-rescue cannot read. If FreeScout is in it, start it and run the same command again: {containers}.",
        Other "{count} stopped containers cannot be looked into: their layers are stored in a way that freescout-rescue cannot read. If FreeScout is in one of them, start that one and run the same command again: {containers}."
    };
    finding_containers_unseen(containers, count: number) = count {
        One "This folder may be an old copy: nothing runs it or names it, and there is a stopped container that cannot be looked into, since its layers are stored in a way that freescout-rescue cannot read. If FreeScout is in that one, start it and run the same command again: {containers}.",
        Other "This folder may be an old copy: nothing runs it or names it, and there are {count} stopped containers that cannot be looked into, since their layers are stored in a way that freescout-rescue cannot read. If FreeScout is in one of those, start it and run the same command again: {containers}."
    };
    container_with_start(container, start) = "{container} ({start})";
    found_restarting_container = "the container is restarting";
    found_stopped_container = "the container is stopped";
    found_in_container(container, path) = "in the {container}: {path}";
    container_docker(name) = "Docker container {name}";
    container_podman(name) = "Podman container {name}";
    container_kubernetes(name) = "Kubernetes pod {name}";
    container_containerd(name) = "containerd container {name}";
    container_lxc(name) = "LXC container {name}";
    container_nspawn(name) = "systemd-nspawn container {name}";
    container_named(name) = "container {name}";
    container_nameless(process) = "container of process {process}";
    container_nameless_in(process, container) = "container of process {process} in the {container}";
    container_of_account(container, user) = "{container} of user {user}";
    container_in_namespace(container, namespace) = "{container} in namespace {namespace}";
    container_layers_unknown = "The layers of this container are stored in a way that freescout-rescue cannot read.";
    container_layer_missing(path) = "{path}, a layer of it, is missing.";
    container_several(name) = "{name} could mean several containers:";
    container_several_next = "Name one as it stands here, by a longer part of its id, or by the number of a process in it.";
    container_there_are(containers) = "Containers on this host: {containers}.";
    container_there_are_none = "No container was found on this host.";
    container_containerd_stopped = "Stopped containers of containerd cannot be listed: start the container first.";
    container_with_stopped(container) = "{container} (stopped)";
    container_with_paused(container) = "{container} (paused)";
    container_with_restarting(container) = "{container} (restarting)";
    found_usual_folder = "in a usual folder, but no crontab, service or web server names it";
    found_home = "in your home folder, but no crontab, service or web server names it";
    found_more(count: number) = count { One "and 1 more, listed by --json", Other "and {count} more, listed by --json" };
    found_in(what, path) = "{what} ({path})";
    found_in_line(what, path, line) = "{what} ({path}, line {line})";
    web_user_unknown(name) = "There is no account named {name} on this server.";
    web_user_unknown_next = "--web-user takes the name of an account, or UID or UID:GID if the account has no name here (for example, inside a container).";
    install_missing(path) = "{path} cannot be opened.";
    container_missing(name) = "There is no container named {name} on this host.";
    container_not_seen(name) = "No container named {name} can be seen: without root, the containers of others cannot.";
    container_not_seen_next = "Run the same command with sudo.";
    container_missing_next = "--container takes the name or the id of a container, or the number of a process in it.";
    container_not_entered(container) = "The container {container} cannot be entered.";
    container_not_entered_stopped_next = "Nothing was changed. Start the container, then run the same command again. If it does not start, its runtime has lost a part of it: create it again with the same volumes.";
    container_not_entered_next = "Nothing was changed. Check that it is running, and try again.";
    container_crowded(folder, most) = "Its folder {folder} has too many entries: they are shown one by one while we work in it from the host, and more than {most} are not.";
    container_crowded_root_next = "Nothing was changed. Run freescout-rescue in the container itself (docker exec -it, with --state-dir on a volume), or remove from that folder what does not belong there.";
    container_crowded_next = "Nothing was changed. Choose a folder of this host with another path for backups and journal (--state-dir, --backup-dir, --keys-dir), or run freescout-rescue in the container itself (docker exec -it, with --state-dir on a volume).";
    container_folder_of_kernel(folder, top) = "{folder} lies in {top}, which the kernel fills: backups and journal would not last there.";
    container_folder_refused(folder, why) = "{folder} cannot be used for backups and journal: {why}.";
    container_accounts_cut(accounts) = "Not all containers of these accounts were read, which have more of them, or longer records, than are read of one account (64 containers, 8 MiB): {accounts}. A running one can be named by the number of a process in it.";
    container_missing_cut = "This host has more containers than are listed: if the one you mean is stopped, start it first.";
    container_closed_next = "It runs, but its file system (fuse-overlayfs) answers to its own account alone, not even to root. Nothing was changed. As that account, copy freescout-rescue into it (podman cp) and run it there (podman exec -it). Or stop the container first: then it is read from here, and what lies in its volumes can be recovered.";
    container_folders_overlap(install, folder) = "{folder}, a folder of this host for backups and journal, and {install}, the install's path in the container, lie one within the other.";
    container_folders_overlap_why = "The folders of this host stand at their own paths while we work in the container, so part of the install would be hidden.";
    container_folders_overlap_next = "Nothing was changed. Choose a folder with another path: --state-dir (or --backup-dir, --keys-dir, where you gave those).";
    container_folder_next = "Nothing was changed. Choose another folder of this host for backups and journal (--state-dir, --backup-dir, --keys-dir) that only you may write to.";
    container_not_root_next = "Only root can do that: run the same command with sudo.";
    container_stopped(container) = "The container {container} stopped while freescout-rescue was working in it.";
    container_killed(container) = "Something ended freescout-rescue while it was working in the container {container}.";
    container_start_first = "Start the container first.";
    container_runs_nothing = "the container is stopped, and none of its programs are run";
    container_has_no_network = "the container is stopped: neither its names nor its own network are there";
    container_starts_anew = "The container is stopped: PHP and the queue workers read what is there now when it is started.";
    container_create_again = "Start the container first. If it was removed, create it again with the same volumes.";
    container_again = "Nothing was changed. Run the same command again.";
    container_resume(command) = "If a change had begun, this finishes it: {command}";
    install_missing_next = "Name the folder that contains FreeScout's `artisan` and `.env`.";
    mistyped_folder(word) = "for a folder of this name, type ./{word}";
    mistyped_nearest(command) = "the nearest command is '{command}'";
    mistyped_commands(commands) = "the commands are {commands}";
    no_such_command(word) = "{word} is neither a command nor a folder.";
    no_such_command_next(commands) = "The commands are {commands}. Without a command the wizard starts, on the folder that is given.";
    manual_takes_no_options = "manual pages and completions are the same for every install: of these options they take none";
    demo_takes_no_options = "the demo brings an install of its own: of these options it takes only --json, and that with `demo --make DIR`";
    given_twice(option) = "{option} is given both before the command and after it";
    install_not_freescout(path) = "{path} is not a FreeScout install.";
    install_not_freescout_why = "It has no `artisan` file, or its config/app.php is not FreeScout's.";
    install_not_freescout_next = "Name the folder that contains FreeScout's `artisan` and `.env`.";
    install_not_open = "No install is open yet.";
    env_missing(path) = "{path} is missing.";
    env_missing_why = "There is no config cache and no APP_KEY in the environment either, so nothing says which database to read.";
    env_missing_next = "Restore .env from a backup. Do not open /install.php: it would write a new key.";
    env_trouble(path) = "FreeScout finds no settings in {path}, so it is not known which database to read.";
    env_trouble_line(path, line) = "FreeScout cannot read {path} beyond line {line}, so it does not start.";
    env_trouble_tried(why, database) = "{why}. With the lines above it: {database}";
    env_trouble_missing = "The file is missing, and no DB_ variable is set in the process environment.";
    env_trouble_empty = "The file is empty. This happens when something writes it while the disk is full.";
    env_trouble_zeros = "The file contains only zero bytes. This happens when the power fails while something is writing it.";
    env_trouble_no_database = "No line of the file sets DB_CONNECTION, DB_HOST or DB_DATABASE: part of the file may be missing.";
    env_trouble_utf16 = "The file is saved as UTF-16. FreeScout can only read UTF-8.";
    env_trouble_utf16_next = "Save it as UTF-8 without a byte order mark (iconv -f UTF-16 -t UTF-8), with the same owner and mode, then try again.";
    env_trouble_carriage_returns = "Its lines end with CR only (the old Mac format), so FreeScout reads the whole file as one line.";
    env_trouble_carriage_returns_next = "Convert the line endings (tr '\\r' '\\n'), keep owner and mode, then try again.";
    env_trouble_line_next = "Put the value on that line in double quotes, then try again. FreeScout does not start until this is fixed.";
    env_trouble_comment_next = "Put the value on that line in double quotes, or add a space before the # of its comment, then try again. FreeScout does not start until this is fixed.";
    env_trouble_nul(line) = "Line {line} of .env contains zero bytes: part of it was lost or cannot be read.";
    env_trouble_nul_next = "Compare that line with a copy from a backup and correct it, then try again. Do not open /install.php: it would write a new key.";
    env_refused_line_named(line, name, why) = "line {line}, {name}: {why}";
    env_unreadable_next = "Run as root, or as the user that owns the file.";
    cache_unreadable(path) = "{path} is not a valid Laravel config cache.";
    cache_unreadable_next = "FreeScout cannot start with it either. Move the file away and try again; FreeScout rebuilds it.";
    file_unreadable = "A file of the install cannot be read.";
    source_process_environment = "the process environment";
    source_nowhere = "no source: no key is configured";
    left_out_not_root(user) = "Running as {user}, not as root: other users' processes cannot be inspected, and the owner of files cannot be changed.";

    // the database
    database_settings = "The database settings cannot be used.";
    database_settings_next = "Check DB_CONNECTION in .env: FreeScout supports mysql and pgsql.";
    database_unreachable(place) = "The database at {place} cannot be reached.";
    database_set_elsewhere(places) = "{places} set the database outside .env, so FreeScout may use a different one. Start this program with those variables in its environment, or enter the values in the wizard.";
    database_unreachable_next = "Check DB_HOST, DB_PORT and DB_SOCKET in .env, and that the server is running. For MySQL, `localhost` means the socket.";
    database_not_serving(place) = "The database server at {place} answers, but serves nobody now.";
    database_not_serving_next = "Nothing was changed, and FreeScout is not served either. Its own words are above: it may have too many connections (SHOW FULL PROCESSLIST, pg_stat_activity), be starting, or be a node of a cluster that has lost the others. Try again when it works.";
    database_asked_as(user) = "A server at a socket sees which account logs in: it was asked as {user}, the account FreeScout runs as. If FreeScout runs as another account, name that with --web-user.";
    database_file_opened_as(user) = "The file was opened with the rights of {user}, the account FreeScout is assumed to run as. If it runs as another account, name that with --web-user.";
    database_file_next = "Check DB_DATABASE in .env: the file must exist, and you must be allowed to read and write it.";
    database_denied(user) = "The database rejected the login of user {user}.";
    database_denied_next = "Check DB_USERNAME and DB_PASSWORD in .env.";
    database_unknown(database) = "There is no database named {database} on the server.";
    database_unknown_next = "Check DB_DATABASE in .env.";
    database_tls(place) = "No encrypted connection to the database at {place} could be made.";
    database_tls_next = "Check DB_MYSQL_ATTR_SSL_CA, DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT or DB_PGSQL_SSLMODE in .env.";
    database_too_much(place) = "The database at {place} sent more data than FreeScout could have stored.";
    database_too_much_next = "Nothing was changed. Check DB_HOST and DB_DATABASE in .env: do they lead to FreeScout's own database? If they do, look for a table that has grown too large.";
    database_not_plain(table, foreign) = "The table {table} is not as FreeScout created it: it {foreign}.";
    database_not_plain_why = "FreeScout only uses ordinary tables. Anything else can show different rows, or act with the rights of whoever uses it.";
    database_not_plain_next = "Nothing was read from it and nothing was changed. Find out who created it, put the ordinary table back, and start again.";
    database_acts_next = "Nothing was changed. Find out who created it; if FreeScout works without it, remove it, and start again.";
    foreign_view = "is a view";
    foreign_table = "is a foreign table, whose rows are on another server or in a file";
    foreign_virtual = "is a virtual table, whose rows are generated by a library";
    foreign_engine(name) = "uses the storage engine {name}, which keeps its rows elsewhere";
    foreign_inherited = "is partitioned, or shares its rows with another table";
    foreign_other(name) = "is of type \"{name}\"";
    foreign_type(name) = "has a column of type {name}, which is not one of the database's built-in types";
    foreign_row_security = "has row level security, which decides which rows can be seen";
    foreign_trigger(name) = "has the trigger {name}, which runs when its rows are changed";
    foreign_rule(name) = "has the rule {name}, which rewrites queries on it";
    foreign_function(name) = "calls the function {name} when its rows are changed";
    database_query = "The database could not carry out a query.";
    database_query_next = "Nothing was changed. The server's own message is above; its log may say more.";
    database_lost(place) = "The connection to the database at {place} was lost while rows were being written.";
    database_lost_next = "Nothing was changed: the database rolls back what was not committed. Start again when it is running.";
    database_locked = "Other programs have rows or tables of the database locked, and did not release them in time.";
    database_locked_next = "Nothing was changed. Try again; if it keeps happening, look for a dump, an ALTER TABLE or an open transaction: SHOW FULL PROCESSLIST, or pg_stat_activity.";
    database_file_locked_next = "Nothing was changed. Try again; if it keeps happening, find the program that has the file open, with fuser.";
    database_deadlock = "Another program and this one were waiting for each other's rows (a deadlock), and the database stopped this one.";
    database_deadlock_next = "Nothing was changed. Try again: it rarely happens twice.";
    database_read_only(place) = "The database at {place} is read-only at the moment.";
    database_read_only_next = "Nothing was changed. Make it writable (read_only, default_transaction_read_only) and try again. If it is a replica, run this on the primary server: set DB_HOST in .env to it.";
    database_file_read_only_next = "Nothing was changed. You must be allowed to write the file and its folder, and they must not be on a read-only mount.";
    database_replica(place) = "The database at {place} is a replica, which accepts no writes.";
    database_replica_next = "Nothing was changed. FreeScout itself cannot work on a replica: DB_HOST in .env must name the primary server. Correct it, or make this server the primary, and try again.";
    database_replica_of_next(primary) = "Nothing was changed. This server replicates {primary}; FreeScout itself cannot work on a replica. Set DB_HOST in .env to {primary}, or make this server the primary, and try again.";
    table_missing(table) = "The table {table} is missing.";
    table_missing_why(database) = "Database {database} is reachable, but it does not contain FreeScout's tables.";
    table_missing_next = "Check DB_DATABASE and DB_TABLE_PREFIX in .env.";

    // errors, as parts of sentences
    output_lost = "The result could not be written to standard output.";
    output_lost_next = "Check where the output goes (is that disk full?), then run the same command again.";
    output_lost_done_next = "The command itself ran to its end: `history` lists what was done, and `check` says how things stand now. Check where the output goes (is that disk full?).";
    error_line(line, why) = "line {line}: {why}";
    error_path(path, why) = "{path}: {why}";
    error_sum(path) = "{path} does not match its checksum";
    error_not_apart(path) = "{path}: is inside the backup folder";
    error_keys_away(path) = "{path}: the files with the key are kept there, apart from the backup, but this folder does not exist";
    error_backup_newer(path, schema) = "{path}: made by a newer version of this program (format {schema})";
    error_locked(path) = "{path}: no passphrase was given";
    error_passphrase(path) = "{path}: this passphrase does not decrypt it";
    error_sealed(path) = "{path}: truncated, changed, or not one of our files";
    error_dump_memory(bytes, most) = "an SQLite database of {bytes} bytes does not fit into memory; only databases up to {most} can be encrypted without writing an unencrypted copy to disk";
    error_dump_password = "the password contains a line break, which a PostgreSQL password file cannot hold; leave out the full dump, or make it yourself with pg_dump";
    error_backup_form(path, line) = "{path}, line {line}: not in the format of a backup";
    error_open_folder(path) = "{path} belongs to another user, or others may write to it";
    error_owner(why) = "owner and group cannot be kept: {why}";
    error_no_such_file = "no such file";
    error_not_a_file(kind, owner) = "{kind} owned by {owner} where a file should be; it was not opened. Find out how it got there, then restore the real file";
    kind_folder = "a folder";
    kind_fifo = "a FIFO";
    kind_socket = "a socket";
    kind_device = "a device";
    kind_other = "something else";
    error_foreign_link(owner, target, target_owner) = "a link owned by {owner} to {target}, which belongs to {target_owner}; it was not followed. If the link is right, give it to root (chown -h root); if not, replace it with the real file or folder";
    error_open_to_others(path, owner, mode) = "{path} belongs to {owner} and has mode {mode}: others could replace what is in it";
    error_not_taken_along(path) = "{path} cannot be reached from inside the container: the folders of this host are chosen when the program starts, with --state-dir and --backup-dir";
    not_taken_along_next = "Nothing was changed. Start the program again with --state-dir or --backup-dir.";
    error_second_name(names, owner, folder_owner) = "one of {names} hard links to a file of {owner}, in a folder of {folder_owner}; it was not replaced. Find out how it got there, then replace it with a copy (cp, then mv)";
    trap_next = "Nothing was changed. Fix what is described above, then try again.";
    error_too_large(max) = "larger than {max} bytes, so it was not read. Check what it is";
    error_changed = "it was changed after it was read";
    error_immutable = "it has a flag that forbids any change (lsattr shows i or a)";
    artisan_root_storage = "FreeScout's files belong to root, and PHP is never run as root. If its pages run as another account, name that with --web-user";
    artisan_untold = "it is not known which account FreeScout runs as. Name it with --web-user";
    artisan_not_owner = "only root or the account that FreeScout runs as may do this";
    artisan_not_wanted = "PHP is not to be run (--no-artisan, or the demo)";
    artisan_not_freescouts(why) = "artisan was not run: {why}";
    artisan_owner(owner) = "it belongs to {owner}, who owns neither storage/ nor the install's folder, or everybody may write to it; check what it is, and restore FreeScout's own file";
    artisan_unsure(names) = "{names} in the environment of this command may be FreeScout's, but that is not certain, so PHP does not get them, as they may be secret; without them, PHP could build a config cache with wrong settings";
    name_nobody_to_ask = "the container has neither getent nor PHP, so the name cannot be looked up there";
    name_unknown = "the system's look-up (getent ahosts, or PHP in its place) knows no address for this name";
    name_unknown_to_us(error) = "{error} (looked up by this program itself, because there is no working getent here: PHP may look it up differently)";
    program_missing(names) = "{names} was not found";
    program_refused(path, why) = "; {path} was found but not run: {why}";
    artisan_not_started(why) = "php could not be started: {why}";
    artisan_too_long(seconds: number) = "php took longer than {seconds}",
        seconds { One "1 second", Other "{seconds} seconds" };
    artisan_killed(signal, said) = "php was stopped by signal {signal} (9 often means that the system ran out of memory): {said}";
    artisan_said_nothing = "no output";
    artisan_ended(code, said) = "php ended with exit code {code}: {said}";
    error_driver(name) = "unsupported database driver {name}";
    error_database_late(seconds: number) = "no complete answer within {seconds}",
        seconds { One "1 second", Other "{seconds} seconds" };
    error_database_too_much(mebibytes) = "it sent more than {mebibytes} MiB; the rest was not read";
    error_database_message = "it announced a message that is longer than any row of FreeScout's";
    error_database_given_up = "the connection was closed: the server had answered too late, or sent too much";
    error_database_odd = "its answer does not have the form that was asked for";
    error_no_connection = "the config cache has no database connection";
    env_error_name = "not a variable name";
    env_error_line(line) = "line {line} sets this variable, but cannot be read";
    env_error_spelling = "the value cannot be written so that it reads back the same";
    env_error_blank = "an unquoted value contains spaces";
    env_error_no_name = "there is no name before the equals sign";
    env_error_endless = "the references to other variables never end";

    // what can be done where the system does not write
    obstacle_no_room(path) = "Free up space on the file system that holds {path} (see df; a quota counts too), then try again.";
    obstacle_read_only(path) = "The file system that holds {path} is read-only. Mount it writable, then try again; the system switches it to read-only when the disk is failing (see dmesg).";
    obstacle_mounted_read_only(path, point) = "{path} is mounted read-only here: a bind mount or a container's volume. The disk is not the cause: its file system is writable. In a container, change the file on the host, or mount it without `:ro` (`readOnly` in Kubernetes) and start the container again; on a plain server: mount -o remount,bind,rw {point}";
    obstacle_way_of_ours(path, folder) = "While we work in the container from the host, nothing can be replaced directly in {path}: {folder}, a folder of this host for backups and journal, stands below it. Choose one with another path: --state-dir (or --backup-dir, --keys-dir, where you gave those).";
    obstacle_root_of_container = "While we work in the container from the host, nothing can be replaced directly in its root folder /. Run freescout-rescue in the container itself (docker exec -it, with --state-dir on a volume), or move the file into a folder of its own, with a link of root's in its place.";
    obstacle_immutable(path) = "Remove the flag with: chattr -ia {path} and try again.";

    // survey and search
    survey_reading = "Reading the install";
    survey_judging = "Reading the database and checking every secret";
    looking_at(files: number, megabytes, path) = "{files}, {megabytes} MiB read: {path}",
        files { One "1 file", Other "{files} files" };
    looking_into(processes: number, path) = "{processes} searched: {path}",
        processes { One "1 process", Other "{processes} processes" };
    skip_gaps(kilobytes, first) = "the disk is failing: {kilobytes} KiB could not be read, the first at byte {first}; the rest was searched";
    skip_broken(why) = "damaged archive: {why}";
    skip_disk_is_cut = "a disk of a virtual machine, part of which is missing: only what is there was searched";
    skip_disk_above = "a disk of a virtual machine that holds only what differs from another file: search that one, too";
    skip_encrypted = "encrypted with a password: unpack the archive with it first (7z x FILE), then search what comes out";
    skip_too_deep = "archives nested too deeply";
    skip_too_much(megabytes) = "unpacks to more than {megabytes} MiB";
    skip_trap(kilobytes, megabytes) = "looks like a decompression bomb: its first {kilobytes} KiB unpack to more than {megabytes} MiB; the rest was not searched. If it is a real backup, unpack it and search the result";
    skip_shared(count: number) = count {
        One "1 member overlaps or repeats other members; each part of the file was unpacked once",
        Other "{count} members overlap or repeat other members; each part of the file was unpacked once",
    };
    skip_endless(megabytes) = "states no size and does not end: only its first {megabytes} MiB were searched";
    skip_tried_on_some(count, some, all: number) = "too many possible keys: from this file on, {count} of them were tried on only {some} of the {all} that cannot be decrypted. To try more of them on every secret, search the file most likely to contain the key on its own",
        all { One "1 secret", Other "{all} secrets" };
    skip_memory(megabytes) = "needs {megabytes} MiB of memory to unpack: unpack it first";
    skip_not_read(form) = "packed as {form}, which is not supported: unpack it first";
    skip_form_packed(form, command) = "packed as {form}, which is not supported: unpack it first ({command})";
    skip_form_encrypted(form, command) = "encrypted with {form}: decrypt it first ({command})";
    broken_off = "the file is shorter than it was; only what is there was searched";
    skip_form_plain(form, command) = "a repository of {form}: what is not encrypted in it was searched; if it is encrypted, open it first ({command})";
    skip_form_repository(form, command) = "a repository of {form}, which is not read: open it first ({command})";
    skip_form_archive(form, command) = "an archive of {form}: it was searched as it stands, without unpacking what is packed in it; extract it first ({command})";
    skip_form_inside(why) = "{why}. It is in an archive: unpack that first";
    skip_form_stored(why, object) = "{why}. It is in a git repository: take it out first (git show {object} >FILE)";
    skip_form_own_program(form) = "a backup of {form}, which is not read: restore it with that program first";
    inside_as_it_stands(form) = "{form}, as it stands";
    skip_part = "a part of a split archive, and not all parts of it are here: put them together first (cat PART1 PART2 … > WHOLE)";
    skip_random = "looks like random bytes, as packed or enciphered data does, and nothing tells which program made it: if it is a backup, unpack or decipher it first";
    unread_size_gb(gigabytes) = "{gigabytes} GB";
    unread_size_mb(megabytes) = "{megabytes} MB";
    unread_size_kb(kilobytes) = "{kilobytes} KB";
    unread_one(what, size) = "{what} ({size})";
    unread_some(what, count, size) = "{what} ({count}, {size})";
    unread_random = "random bytes";
    unread_all(count: number, list) = count {
        One "1 backup or packed file could not be read: {list}",
        Other "{count} backups or packed files could not be read: {list}",
    };
    tar_no_header = "something stands in it that is no member";
    tar_cut = "it breaks off in the middle of a member, or goes on in another volume";
    gzip_followed = "something else stands behind it";
    behind_script = "behind the script";
    ar_no_header = "something stands in it that is no member";
    xbstream_no_chunk = "something stands in it that is no chunk of a file";
    rpm_no_header = "it lacks a header";
    rpm_payload = "payload";
    zip_no_directory = "its end is missing, and with it the zip directory";
    zip_directory_damaged = "its zip directory is damaged";
    zip_no_member = "there is no such member where its directory says";
    zip_cut = "truncated";
    seven_method = "7z with an unsupported method";
    zip_method(method) = "zip with the method {method}";
    zip_lzma = "its properties of LZMA are not those of one";
    skip_network = "on a network mount: name it to have it searched";
    skip_no_files = "contains no real files, only what the kernel generates; the memory of PHP processes is searched separately";
    skip_layers(most) = "more than {most} layers of containers: files of settings in the others were not searched. Name this folder to have all of it searched";
    skip_layer_files = "too many files of settings in its layers, or folders that could have some: not all of them were searched. Name this folder to have all of it searched";
    skip_linked_layers(count: number) = count {
        One "a folder of its layers is a link to another place, which was not followed: name that place to have it searched",
        Other "{count} folders of its layers are links to other places, which were not followed: name those places to have them searched",
    };
    skip_long_settings(count: number, kilobytes) = count {
        One "longer than {kilobytes} KiB, which no file of settings is: not searched. Name it to have it searched",
        Other "longer than {kilobytes} KiB, which no file of settings is: not searched, like all such files in these layers ({count}). Name it, or the folder of these layers, to have it searched",
    };
    skip_homes(most) = "more than {most} home folders: the container storages of the other accounts were not looked for. Name the home folder of the account that runs the container to have it searched";
    skip_layer_keys(count: number, file, account) = "{count} in layers of containers of its account, from this file on, were not tried (at most {file} of a file are, and {account} of an account). Name this file, or the folder of the layers, to have all of them tried",
        count { One "1 possible key", Other "{count} possible keys" };
    skip_records = "its account has more containers, longer records of them, or more layers in them than are read of one account (64 containers, 8 MiB, 2000 layers): folders of the others that are not usual ones were not searched. Name this folder to have all of it searched";
    skip_own_backup = "a backup of this program (keys in the backups of this install are read anyway): name it to have all of it searched";
    skip_missing = "no such file or folder";
    process_gone = "the process has ended";
    memory_of_another(user) = "the process belongs to user {user}; only root may read its memory";
    obstacle_mounted_read_only_from(path, source) = "{path} is mounted read-only here. The disk is not the cause: on the host it is {source}, mounted with `:ro` or `read_only`. Change the file there, or mount it writable, re-create the container, and run check.";
    obstacle_kubernetes(path, source) = "{path} is a Secret or ConfigMap of Kubernetes ({source} on the node) and can only be changed in the cluster: kubectl edit. Then restart the pod, and run check.";
    obstacle_stopped(path) = "{path} is in the layers of a container that is stopped, and these are never written. Start the container, then run the same command again (in the wizard: press r).";
    obstacle_stopped_start(path, start) = "{path} is in the layers of a container that is stopped, and these are never written. Start the container ({start}), then run the same command again (in the wizard: press r).";
    obstacle_root_read_only(path) = "{path} is in the container's root file system, which is read-only (`read_only: true`, `--read-only`; `readOnlyRootFilesystem` in Kubernetes). The disk is not the cause. Put the file into a volume, or set the key where the container is defined, then re-create the container and run check.";
    memory_of_another_in_container(user, command) = "the process belongs to user {user}: run this as that user ({command})";
    as_user_refused(user) = "root may not act as user {user} here: the capabilities CAP_SETUID and CAP_SETGID are missing";
    as_user_refused_in_container(user, command) = "root in this container may not act as user {user}: run this as that user ({command})";
    memory_capability = "the memory of processes may not be read here: the capability CAP_SYS_PTRACE is missing";
    memory_capability_in_container(add) = "this container may not read the memory of its processes: it lacks the capability CAP_SYS_PTRACE ({add}; or run this on the host)";
    memory_capability_as_user(command, add) = "root in this container may not read the memory of its processes: run this as their user ({command}), or with the capability CAP_SYS_PTRACE ({add}), or on the host";
    memory_yama = "kernel.yama.ptrace_scope does not let processes of one user read each other's memory; root may";
    memory_hidden = "it changed its user when it was started, so only root may read its memory";
    process_memory_unread(megabytes) = "{megabytes} MiB of its memory could not be read";
    process_holds_other_key(pid, what, user) = "Process {pid} ({what}, {user}) does not use the current key: its memory is read first.";
    processes_alike(why, more: number) = more {
        One "{why} (and 1 more process likewise)",
        Other "{why} (and {more} more processes likewise)",
    };
    process_named(what, user) = "{what}, {user}";
    git_not_an_object = "a git object that contradicts itself";
    git_not_a_pack = "not a git pack";
    git_no_base = "the object that a git object is based on is missing";
    git_foreign = "a git repository that borrows objects from a repository of another user";
    look_skipped(what) = "not searched: {what}";
    skipped_alike(count) = " and {count} more in there";
    find_key_unread = "What could not be read may hold the key: see \"not searched\" above, and make the most likely backup readable first.";
    look_unread(unread) = "{unread}.";
    look_skipped_more(count) = "not searched: {count} more; `find-key --json` lists them as `skipped`";

    // backup
    backup_reading = "Reading everything that may be changed";
    backup_rows = "Saving database fields";
    backup_dump = "Dumping the database";
    backup_called_off = "The backup was stopped before it was complete, and the incomplete files were removed.";
    backup_verifying = "Verifying the backup";
    backup_failed = "The backup could not be made.";
    backup_failed_open = "The backup refers to a file outside this install.";
    backup_failed_next = "Choose another folder (--backup-dir, --keys-dir, --state-dir) that only you may write to.";
    lasts_not(path, why) = "Careful: {path} is not permanent. {why}";
    lasts_next = "Choose a permanent folder: --state-dir, --backup-dir, --keys-dir.";
    lasts_in_memory = "It is kept in memory and is gone after a restart.";
    lasts_in_container = "It is in the container's own layer and is gone when the container is rebuilt.";
    lasts_in_pod = "It is in an emptyDir volume and is gone with the pod.";
    lasts_nameless = "It is in an unnamed volume, which a rebuilt container does not get back.";
    lasts_in_service = "It is in a service's private /tmp and is gone when the service stops.";
    lasts_emptied = "The system empties it at a restart or after some time.";
    backup_served(folder) = "{folder} lies in FreeScout's public folder, so nothing is saved there.";
    backup_served_disk(folder) = "{folder} lies in storage/app/public, which FreeScout's public folder leads to, so nothing is saved there.";
    backup_served_link(folder, link) = "{folder} can be reached from FreeScout's public folder, through the link {link}, so nothing is saved there.";
    backup_served_why = "A backup contains the APP_KEY, and the web server hands out what lies in that folder.";
    backup_served_next = "Nothing was changed. Choose a folder outside of the install (--state-dir, --backup-dir, --keys-dir). If backups are there already, move them out first.";
    backup_not_apart_next = "Choose a folder elsewhere with --keys-dir, on another disk if possible.";
    backup_unusable = "The backup cannot be used.";
    backup_unusable_next = "It is incomplete, or was changed after it was made: use another backup.";
    backup_unreadable_next = "Use it as root, or as the user who made it; its folder must belong to that user, and nobody else may write to it.";
    backup_newer_next = "Use that version, or a newer one.";
    backup_keys_away_next = "Without that folder the rows could be restored, but not the files. Bring it back, or say where it is now with --keys-dir. To restore only the rows by hand, run restore.sql.";
    backup_locked = "The backup is encrypted and could not be decrypted.";
    backup_locked_next = "Try again with the passphrase that was chosen when it was made.";
    backup_stale = "The backup no longer matches the install.";
    backup_stale_why = "Something was saved in FreeScout, or a file was changed, after the backup was made.";
    backup_stale_next = "Nothing was changed. Make a new backup (step 2); the plan is then made again.";
    passphrase_new = "Passphrase for the new backup (hidden):";
    passphrase_new_safe = "Passphrase for the safe (hidden):";
    passphrase_again = "The same passphrase again:";
    passphrase_differs = "The two passphrases differ.";
    passphrase_ask(folder) = "Passphrase of {folder} (hidden):";
    passphrase_no_text = "it must be one line of text, and not empty";
    passphrase_unusable = "The passphrase cannot be read.";
    passphrase_unusable_next = "Nothing was changed. Name a file that contains the passphrase and nothing else, or - for standard input.";
    passphrase_no_terminal = "The passphrase cannot be asked for: there is no terminal.";
    passphrase_no_terminal_next = "Nothing was changed. Use --passphrase-file FILE, or - to read it from standard input.";
    passphrase_stopped = "Stopped at the passphrase prompt. Nothing was changed.";
    standard_input_twice = "standard input cannot be read twice";
    standard_input_shared(first, second) = "{first} and {second} both name standard input.";
    standard_input_twice_next = "Nothing was changed. Give one of the two as a file.";
    restore_sql_head(database, path, created) = "-- Restores what freescout-rescue may change in database {database}\n-- of {path}, to its state at {created}.";
    backup_readme(path, created, holds, encrypted, restore, undo, by_hand) = "Backup of {path}, made by freescout-rescue at {created}.\n\n{holds}\n{encrypted}\nTo restore all of it:        {restore}\nTo undo a recovery:          {undo}\nTo restore it by hand, run these in this folder:\n  {by_hand}\n\nmanifest.json lists every file with its SHA-256 checksum and its original path.\n";
    readme_holds_key = "This folder contains the APP_KEY (in files/env) and everything that it decrypts: keep it private,\nand delete it when you no longer need it.";
    readme_keys_apart(keys) = "This folder contains what the APP_KEY decrypts. The files with the key itself are in\n{keys}\nKeep the two apart and private, and delete both when you no longer need them.";
    readme_encrypted = "\nEvery file with data of the install is encrypted with a passphrase, in the age format\n(https://age-encryption.org): its name ends in .age, and `age -d FILE` (or `rage -d FILE`) decrypts it.\n";
    keys_readme(path, created, folder, encrypted) = "Keys of the FreeScout in {path}, saved by freescout-rescue at {created}.\n\nThe files here contain its APP_KEY. What that key decrypts is in the backup\n{folder}\nKeep the two apart and private, and delete both when you no longer need them.\n{encrypted}";

    // plan and apply
    plan_surprised = "A secret is no longer as it was when it was checked.";
    plan_surprised_next = "Nothing was changed. Run the checks again.";
    plan_key_gone = "The key that the plan uses is no longer known.";
    apply_needs_backup = "There is no backup of the current state.";
    apply_needs_backup_next = "Make one in step 2; then plan and apply.";
    apply_checking = "Comparing the backup with the current state";
    apply_rows = "Writing rows in one transaction";
    apply_files = "Replacing files";
    apply_cache = "Clearing FreeScout's config cache";
    apply_verifying = "Reading everything again as FreeScout would";
    env_not_writable = "A file of the install cannot be replaced.";
    env_not_writable_next = "Run as root or as the owner of the file, and check for a read-only mount or an immutable flag (lsattr).";
    file_changed = "Somebody else changed a file of the install after it was read.";
    file_changed_next = "Nothing was changed. Make a new backup; the plan is then made again from the current state.";
    apply_half_done = "Some changes were written, others could not be, and not all of them could be reversed.";
    apply_half_done_next(ways, folder) = "Fix what prevented it, then:\n  {ways}\n  The original state is saved in {folder}; its README says how to restore it by hand.";
    commit_unknown(place) = "The connection to the database at {place} was lost during the commit, so it is not known yet whether the rows were written.";
    commit_unknown_next(ways) = "The files are unchanged, and nothing is lost. When the database is running again, either of these finds out and continues:\n  {ways}";
    rows_changed = "Somebody else changed rows after they were read.";
    rows_changed_next = "Nothing was changed. Make a new backup; the plan is then made again from the current state.";
    row_not_kept = "The database did not store a new value completely.";
    row_not_kept_next = "Nothing was changed. The column is too narrow: run FreeScout's migrations first (php artisan migrate).";
    cache_cleared_by_artisan = "FreeScout's clear-cache command was run as the web user; workers restart after their current job.";
    artisan_left_old_key = "FreeScout's clear-cache command was run, but the config cache still does not contain the key.";
    artisan_failed(why) = "FreeScout's clear-cache command could not be run: {why}.";
    cache_rebuilt = "Another process rebuilt the config cache with a different key while it was being cleared; it was cleared again.";
    cache_removed = "The config cache was removed; FreeScout now reads .env. Run `php artisan freescout:clear-cache` as the web user to build a new one.";
    web_user_who = "In the commands above, the web user is the account that PHP runs as (`ps -eo user,cmd | grep php` shows it, often www-data).";
    cache_not_removed(why) = "The config cache could not be removed ({why}). Until it is removed, FreeScout keeps using the key in it.";
    workers_stay = "Queue workers were not restarted: some passwords are unreadable, and the workers' memory may be the last place where their key exists.";
    workers_stay_next = "Until they restart, they use the key they were started with, so sending or fetching may fail. Find the key first (find-key as root, or on the host of a container), then run `php artisan queue:restart` as the web user. Until then, do not clear FreeScout's cache in the browser and do not restart PHP: both stop workers.";
    worker_unsearched(pid, what, why) = "The memory of process {pid} ({what}) could not be searched: {why}.";
    own_backup_unread(created, folder, why) = "The backup of {created} in {folder} may contain a missing key, but was not searched: {why}.";
    own_backup_unread_undated(folder, why) = "A backup in {folder} may contain a missing key, but was not searched: {why}.";
    own_backup_encrypted = "it is encrypted with a passphrase";
    own_backups_more(count: number) = count {
        One "1 more backup of this install was not searched for a missing key. To have it searched, name it: --look-in FOLDER/files",
        Other "{count} more backups of this install were not searched for a missing key. To have one searched, name it: --look-in FOLDER/files",
    };
    no_proc = "/proc is not mounted here: no running process can be seen, and PHP cannot be run. Keys that exist only in the memory of PHP cannot be found, and queue workers cannot be recognised.";
    no_entropy = "The operating system gives this program no random bytes, and without them nothing can be encrypted safely.";
    no_entropy_next = "Mount /dev, or allow the system call getrandom (a container's seccomp profile may forbid it). Nothing was changed.";
    workers_hidden = "This account cannot see the processes of other users, so some workers may be missing here.";
    key_only_in_memory(key) = "{key} is in no file, only in the memory or environment of running processes, and it is needed to decrypt some secrets.";
    memory_searching = "Searching the memory of this install's PHP processes for lost keys";
    key_not_kept(key) = "{key} was found only in running processes, and this recovery does not save it. Once they have ended, an undo would bring back secrets that nothing can decrypt.";
    memory_searched_first = "Searching the memory of PHP processes before workers restart";
    made_anew(tried, tries) = "Somebody saved something in FreeScout in the meantime: reading everything again and making a new plan ({tried} of {tries}).";
    made_anew_note(times: number) = "Somebody saved something in FreeScout while this was running, so the plan was made again {times}, with the same strategy and the same key, and without losing anything that the first plan kept.",
        times { One "once", Other "{times} times" };
    made_anew_too_often(tries: number) = "Nothing was changed. The plan was made {tries}, and each time something was saved again. Stop what saves (cron's schedule:run, the queue workers), then run this again.",
        tries { One "1 time", Other "{tries} times" };
    anew_gives_up = "Somebody saved something in FreeScout in the meantime, and the plan that is possible now differs from the one that was shown.";
    anew_other_strategy = "It would use another strategy, or end with another key.";
    anew_foretold_otherwise = "Somebody saved something in FreeScout in the meantime, and the restore would now have a different result from the one that was shown.";
    anew_loses(places) = "These would no longer be readable: {places}";
    anew_saved_over(places) = "Somebody saved a value where one of your passwords was to be stored: {places}";
    anew_gives_up_next = "Nothing was changed. Review the new plan, then confirm it.";
    memory_key_found = "A lost key was found in a running process of this install.";
    memory_key_found_why = "The plan was made without it.";
    memory_key_found_next = "Nothing was changed. Make the plan again: it will then recover what this key decrypts.";
    workers_told = "Queue workers will restart after their current job.";
    workers_not_told = "Queue workers could not be restarted: run `php artisan queue:restart` as the web user.";
    workers_other_driver(driver) = "The cache driver is {driver}: run `php artisan queue:restart` as the web user, so that workers use the new key.";
    opcache_hint = "If pages keep using the former key (opcache.validate_timestamps=0), restart PHP-FPM or the web server.";

    apply_added_unread(places) = "Stored while the recovery ran, and FreeScout cannot read it yet: {places}. Recover once more; that takes in what was added.";
    apply_not_read_again(what, why) = "Everything was written, but could not be read again to verify it: {what} {why}";
    handover_impossible = "FreeScout is running from its config cache and could not run without it.";
    handover_no_env(path) = "{path} is missing: only the config cache contains the settings.";
    handover_other_database = "The settings in .env do not lead to the database that was read.";
    handover_impossible_next = "Nothing was changed. The recovery has to clear the config cache, so .env must be right first (a copy may be in a backup; bootstrap/cache/config.php shows the settings used now).";
    cache_stays = "FreeScout's config cache could not be refreshed, so all changes were rolled back.";
    cache_stays_next = "Run as root, or as the owner of storage/ and bootstrap/cache, so that the config cache can be cleared, and check for an immutable flag (lsattr).";
    no_transactions(table) = "Table {table} uses a storage engine without transactions, so a change could not be rolled back.";
    no_transactions_next(table) = "Nothing was changed. Convert it first: ALTER TABLE {table} ENGINE = InnoDB;";
    key_file_foreign(path, owner) = "{path}, the file named by APP_KEY_FILE, belongs to {owner}, so it is not written. If it is this install's key file, give it to FreeScout's account (chown)";
    key_file_unsure(path) = "{path}, the file named by APP_KEY_FILE, belongs to root and may be something other than a key file, so it is not written. If it is this install's key file, give it to FreeScout's account (chown), or write the key there yourself";
    key_file_link(path, target) = "{path}, the file named by APP_KEY_FILE, is a link to {target}, and links are not followed for writing. Name the file itself, or write the key there yourself";
    key_file_folder_open(path, folder, owner, mode) = "{path}, the file named by APP_KEY_FILE, is below {folder}, which belongs to {owner} and has mode {mode}: somebody else could put another file in its place";
    key_file_not_replaced = "The key file cannot be replaced.";
    key_file_by_hand_root = "Keep the key in a file that only root can change, such as /etc/freescout/app_key (owner root, mode 0600), name it in APP_KEY_FILE, and try again.";
    key_file_by_hand(user) = "Keep the key in a file that only root and {user} can change, such as /etc/freescout/app_key (owner root, group of {user}, mode 0640), name it in APP_KEY_FILE, and try again.";
    env_or_carry = "Or keep the current key, and leave the file as it is: recover --strategy carry (in the wizard: Keep the current key).";
    key_file_or_carry = "Or choose the strategy carry, which leaves the key file as it is.";
    key_file_place_next = "Correct the place (chown, chmod) so that only root and FreeScout's accounts can change it, then try again.";
    key_file_holds_no_key(path) = "{path} is named by APP_KEY_FILE, but contains no key, so it is not overwritten";
    key_file_holds_more(path) = "{path} is named by APP_KEY_FILE, but contains more than one key, so it is not overwritten. Leave only the key in it";

    // the journal
    journal_held = "Another freescout-rescue is writing to the journal right now, or was suspended (Ctrl-Z) while doing so.";
    journal_held_next = "Nothing was changed. Let it finish (a suspended one continues with fg), then try again. Do not use another --state-dir: the journal there would not know about the other run.";
    journal_unusable = "The journal cannot be used, and nothing is changed without it.";
    journal_unusable_next = "If the folder is another account's (root's, for example), run freescout-rescue as that account: the runs recorded there are not known elsewhere. Otherwise choose another folder with --state-dir, one that only you may write to.";
    journal_not_ended(why) = "Everything was applied, but the journal entry could not be closed: {why} Until it is closed, the run counts as unfinished; `resume` will find everything done and close it.";
    journal_not_closed(undo) = "Nothing of it remains, but the journal entry could not be closed, so the run counts as unfinished; this closes it: {undo}";
    error_newer_journal(path) = "{path}: written by a later version of freescout-rescue";
    locked_by_other(pid, user, host, since) = "Another freescout-rescue is working on this install: process {pid} of {user} on {host}, since {since}.";
    locked_in_database(who) = "Another freescout-rescue is working on this install: it holds the lock in the install's database ({who}).";
    locked_in_database_next = "Let it finish, or stop it: it completes any write before it exits. The lock is released when its database connection closes.";
    locked_in_database_kill(kill) = "If it is gone and its connection is not, end the connection in the database: {kill}";
    claimant_process(pid) = "process {pid}";
    claimant_connection(connection) = "connection {connection}";
    claimant_connection_from(connection, from) = "connection {connection} from {from}";
    claimant_running(pid, user) = "process {pid} of {user}";
    claimant_here(running) = "running on this machine: {running}";
    claimant_unknown = "the server does not say who";
    no_room_beside_lock = "the server does not allow another connection beside it";
    no_database_lock(why) = "The database gave no lock ({why}), so another freescout-rescue working on this install from a different state folder would not be noticed. Rows and files were compared right before they were written.";
    locked_by_other_why = "Two at once could overwrite each other's work. Nothing was changed.";
    locked_by_other_next = "Let it finish, or stop it: it completes any write before it exits.";
    run_backup = "backup";
    run_recovery = "recovery";
    run_undo = "undo";
    run_restore = "restore";
    outcome_unfinished = "unfinished";
    outcome_done = "done";
    outcome_not_carried_out = "not carried out";
    outcome_taken_back = "undone";
    outcome_given_up = "closed unfinished";
    run_unfinished(kind, started, user) = "An unfinished {kind} of {started} by {user} was found.";
    run_begun_elsewhere(container) = "It was begun when the install was in the {container}; the data are the same.";
    run_unfinished_why = "Some of it may be written. No other recovery can start until it is finished or undone.";
    run_unfinished_undo_next(resume) = "To finish it: {resume}";
    run_unfinished_next(resume, undo) = "To finish it: {resume}\n  To undo it: {undo}";
    run_stays_unfinished(ways) = "This attempt changed nothing: the interrupted run is still unfinished.\n  {ways}";
    finding_unfinished_undo(unfinished) = "{unfinished} Finish it with `resume`.";
    finding_unfinished(unfinished) = "{unfinished} Finish it with `resume`, or undo it with `undo`.";
    run_of(kind, started) = "{kind} of {started}";
    run_of_what(kind, what) = "{kind} of the {what}";
    run_told(started, what, outcome) = "{started}  {what}: {outcome}";
    run_told_recovery(started, what, outcome, resealed, entered) = "{started}  {what}: {outcome}; newly encrypted {resealed}, passwords stored {entered}";
    run_by(user, host, from, pid) = "by {user} on {host}, from {from}, process {pid}";
    run_in_nameless_container(path) = "in a container without a name, which is named by the number of a process in it: {path}";
    run_rests_on(folder) = "backup {folder}";
    run_backup_gone = "that backup is no longer there";
    run_backup_unusable(why) = "that backup cannot be used: {why}";
    run_from_console = "the console";
    history_empty_all(folder) = "No run is recorded in {folder}.";
    runs_elsewhere = "A run that was made with --state-dir is recorded in that folder: give the same --state-dir.";
    runs_elsewhere_in_container = "A run that was made with --state-dir is recorded in that folder, which should be on a volume here: give the same --state-dir.";
    typed_in_container = "Commands like these belong inside this container.";
    typed_in_container_by(exec) = "Commands like these belong inside this container. From outside, put this in front: {exec}";
    history_empty(folder) = "No run on this install is recorded in {folder}.";
    earlier_head(at, number, step) = "On {at} you got as far as step {number}, {step}.";
    earlier_what = "Press Enter to continue there: the same places are searched again, and the backup is compared with the current state. Passwords and keys you entered were not saved.";
    earlier_usual = "the usual places";
    earlier_processes = "running PHP";
    earlier_backup(folder) = "backup in {folder}";
    earlier_strategy(strategy) = "strategy {strategy}";
    earlier_keys = "Esc: start from step 1. The saved position is kept until a new one is saved.";
    taken_up(step) = "You are back in step {step}.";
    taken_up_without_backup = "The current state no longer matches that backup: make a new one.";
    taken_up_without_passwords = "You are back in step 5. Enter the passwords again: they were not saved.";
    enter_go_on = "continue";
    enter_decide = "decide";
    unfinished_resume_undo(word) = "Type {word} and press Enter to finish the undo: rows and files become what they were before the recovery.";
    cache_stays_resumed = "Rows and .env are written, but the config cache could not be refreshed, so FreeScout still uses another key.";
    unfinished_type_resume = "Type the word, then press Enter. Esc leaves it as it is.";
    unfinished_closed = "Nothing had been written: it is closed now, and you begin anew.";
    unfinished_type_a_word = "Type one of the two words, then press Enter. Esc leaves it as it is.";
    unfinished_what(folder) = "It was interrupted, and some of it may be written. The journal and the backup in {folder} account for every change.";
    unfinished_resume(word) = "Type {word} and press Enter to finish what you confirmed: what is missing is written, and everything is read again.";
    unfinished_undo(word) = "Type {word} and press Enter to undo it: rows and files become what they were before.";
    unfinished_type_the_passphrase = "Type the passphrase first, then press Enter. Esc leaves it as it is.";
    unfinished_passphrase(folder) = "To finish it, the backup in {folder} is needed, and that is encrypted. Type its passphrase (hidden) and press Enter:";
    unfinished_leave = "Esc leaves it for now; nothing else can start until you have decided.";
    locked_unfinished = "First decide about the unfinished run: press Enter in step 1.";
    resume_nothing = "There is nothing to resume.";
    resume_nothing_in(folder) = "No interrupted run on this install is recorded in {folder}.";
    lost_put_back(kind) = "Nothing was changed. The unfinished {kind} needs that backup: put back what is missing from it.";
    lost_for_good(kind, give_up) = "If the backup is lost for good, close the {kind} as it is, and start again: {give_up}";
    give_up_needless_why(folder) = "It can still be finished or undone: its backup is in {folder}.";
    given_up(kind, started) = "The {kind} of {started} is closed. Nothing was changed.";
    given_up_left(path) = "It left {path}, which may contain the only copy of a key: remove that file once FreeScout can read everything again.";
    given_up_next(check) = "To see the current state: {check}";
    resume_checking = "Comparing the current state with what was planned";
    resume_nothing_written = "The recovery was interrupted before anything was written. There is nothing to finish, so it is closed now.";
    resume_nothing_written_next = "Nothing was changed. Start again.";
    other_data(kind) = "Nothing of the {kind} is here.";
    other_data_why = "It was begun in a container of this name, on another volume.";
    other_data_next(command) = "Nothing was changed. Start a container with that volume, under any name, and run `{command}` on it there.";
    other_data_close(give_up) = "If that volume is gone for good, close the unfinished run: {give_up}";
    resume_key_gone = "The rows are written, but the new key, which was saved beside .env, is gone.";
    resume_key_gone_next(undo) = "Undo it: {undo}";
    resume_file_changed(path) = "{path} was changed after the interruption.";
    resume_file_changed_why = "It is neither what the recovery found nor what it was about to write.";
    resume_file_changed_next(restore) = "Nothing further was changed. Put the file back as it was and resume, or restore the whole backup: {restore}";
    resume_harms(now: number, then) = now {
        One "Finishing this run now would do harm: 1 secret can be read now, but only {then} afterwards.",
        Other "Finishing this run now would do harm: {now} secrets can be read now, but only {then} afterwards.",
    };
    resume_harms_why = "After the interruption, somebody changed rows without this run's knowledge: for example, another freescout-rescue with its own state folder.";
    resume_harms_next(undo) = "Nothing further was changed. Undo the run, which leaves alone what others have changed since: {undo}";
    resume_password_left(place) = "Not stored: this version keeps it unencrypted, and unencrypted passwords are not saved for a resumed run. Enter it again: {place}";
    resume_row_left(place) = "Left alone, because somebody has changed it since: {place}";

    // undo and restore
    undo_would(what, rows: number, files: number) = "An undo of the {what} puts back {rows} and {files}.",
        rows { One "1 database field", Other "{rows} database fields" },
        files { One "1 file", Other "{files} files" };
    undo_would_leave(count: number) = count {
        One "1 database field is left alone, because somebody has changed it since.",
        Other "{count} database fields are left alone, because somebody has changed them since.",
    };
    undo_would_not(what) = "It cannot be undone as it stands: {what}";
    undo_nothing = "There is no recovery to undo.";
    undo_nothing_why(folder) = "No backup of this install in {folder} belongs to a recovery that could be undone.";
    undo_nothing_next = "If the recovery was made with --state-dir, give the same one. If the backups alone are elsewhere, name their folder with --backup-dir.";
    undo_not_confirmed = "Another recovery was carried out since you were asked: undoing it is not what you confirmed.";
    undo_not_confirmed_next = "Nothing was changed. Look at what the last recovery is now, and ask for its undo again.";
    undo_none_left = "All recoveries of this install have been undone.";
    undo_none_left_next(history) = "Nothing was changed. What was done is listed by: {history}";
    undo_another(what, strategy, undo) = "The {what} ({strategy}) is still in place. To take that back too, run undo again: {undo}";
    undo_backup_lost(started, folder) = "The recovery of {started} cannot be undone: its backup in {folder} cannot be used.";
    undo_backup_lost_next = "Nothing was changed. If there is a copy of this backup, put back what is missing or damaged, or name the folder that contains it with --backup-dir. Without one, what is left of the backup can be put back by hand: its README.txt says how.";
    undo_backup_unread(folder) = "The backup in {folder} cannot be used. It may belong to the recovery to undo.";
    undo_foreseeing = "Comparing what an undo would put back";
    undo_question_waits = "Comparing what an undo would put back. The question appears here when that is known.";
    undo_checking = "Comparing the current state with what was written";
    undo_rows = "Putting rows back in one transaction";
    undo_files = "Putting files back";
    undo_file_changed(path) = "{path} was changed after the recovery.";
    undo_file_changed_why = "If only the rows were put back, they would be encrypted with a different key from the one configured.";
    undo_file_changed_next(restore) = "Nothing was changed. Compare the file with the copy in the backup and put that back yourself; or restore the whole backup: {restore}";
    undone(rows: number, files: number) = "Undone: {rows} and {files} are as they were before.",
        rows { One "1 database field", Other "{rows} database fields" },
        files { One "1 file", Other "{files} files" };
    undone_nothing = "Undone: nothing was left to put back.";
    undo_row_refused(place) = "Left alone, because somebody has changed it since: {place}";
    undo_key_back(now, before) = "FreeScout uses {now} again, and no longer {before}.";
    undo_stranded(place) = "Saved with the key that was removed, so it cannot be decrypted now: {place}";
    undo_needs_yes(what, rows: number, files: number, folder) = "This would undo the {what}: {rows} and {files}, from {folder}. Add --yes to do it. Nothing was changed.",
        rows { One "1 database field", Other "{rows} database fields" },
        files { One "1 file", Other "{files} files" };
    undo_safety(folder) = "The state before this is saved in {folder}";
    restore_would(rows: number, files: number) = "Restoring would change {rows} and {files}:",
        rows { One "1 database field", Other "{rows} database fields" },
        files { One "1 file", Other "{files} files" };
    restore_file_removed(path) = "{path} (removed: it did not exist then)";
    restore_key_stays(key) = "The current key stays {key}.";
    restore_key_moves(after, now) = "The current key becomes {after}; now it is {now}.";
    restore_readable(now, of_now: number, after, of_after) = "FreeScout can read {now} of {of_now} now, and would be able to read {after} of {of_after}:",
        of_now { One "1 secret", Other "{of_now} secrets" };
    restore_stays = "unchanged:";
    restore_now = "now:";
    restore_after = "after:";
    restore_no_secret = "There is no secret here.";
    restore_reads_fewer = "FreeScout would be able to read fewer secrets than now.";
    restore_other_data = "This backup was made of other data.";
    restore_other_data_why = "It was made in a container of this name, on another volume. What is here may be another helpdesk, and its mailboxes would get the passwords of that one.";
    restore_other_data_next = "Nothing was changed. If this volume takes the place of that one, add --onto-other-data to --yes; a new backup is made first.";
    restore_other_database = "FreeScout would then connect to its database with different settings; the rows go to the database it uses now.";
    restore_would_nothing = "Everything is as in the backup: restoring would change nothing.";
    restore_needs_yes = "Add --yes to do it; a new backup is made first. Nothing was changed.";
    restored(rows: number, files: number) = "Restored: {rows} and {files}.",
        rows { One "1 database field", Other "{rows} database fields" },
        files { One "1 file", Other "{files} files" };
    restored_nothing = "Restored: nothing was left to put back.";
    restored_undo(undo) = "To take this back: {undo}";
    restored_as_foretold(readable, total: number) = "Everything was read again and is as it was shown before: FreeScout can read {readable} of {total}.",
        total { One "1 secret", Other "{total} secrets" };
    restored_otherwise = "Everything was read again, and some of it differs from what was shown before. Somebody may have saved something in the meantime:";
    restore_not_read_again(what, why) = "It could not be read again to verify it: {what} {why}";
    restore_other_install = "This backup belongs to another install.";
    restore_other_install_why(there, here) = "Its install: {there}. The one that was named: {here}.";
    restore_other_install_next = "Nothing was changed. Name the install that the backup was made of.";
    not_a_backup(path) = "{path} is not a backup that can be restored.";
    not_a_backup_next(folder) = "Nothing was changed. Backups are in {folder}, unless --backup-dir says otherwise.";

    // a safe for keys
    safe_head(address, path, moment, names, decrypt) = "The keys (APP_KEY) of a FreeScout helpdesk: they decrypt its passwords.\n\n  address  {address}\n  folder   {path}\n  saved    {moment}, by freescout-rescue\n\nIf the key is lost or was replaced, bring it back on the server ({names}):\n\n  {decrypt} | freescout-rescue recover --key-file -\n\nThis shows what would be done; to do it, add --yes. By hand: put the APP_KEY line of the key that was\nin force into .env exactly as it is here, and delete bootstrap/cache/config.php.\nWhoever has a key and a copy of the database can read every password in it: keep this private.";
    safe_key_in_force(fingerprint, opens, all) = "{fingerprint}: in force; decrypts {opens} of {all} secrets";
    safe_key_next(fingerprint) = "{fingerprint}: the new key, in force once the key was changed";
    safe_key_replaced(fingerprint, opens, all) = "{fingerprint}: in force until the key was changed; decrypts {opens} of {all} secrets";
    safe_key_other(fingerprint, opens, all) = "{fingerprint}: not in force; decrypts {opens} of {all} secrets";
    safe_key_mails(first, last) = "  emails were sent with it from {first} to {last}";
    safe_key_source(place) = "  found in {place}";
    safe_stdout = "standard output";
    safe_done(path, keys: number) = "Saved and verified: {keys} in {path}, encrypted with the passphrase.",
        keys { One "1 key", Other "{keys} keys" };
    safe_done_recipients(path, keys: number, recipients: number) = "Saved: {keys} in {path}, encrypted to {recipients}. It was read back and is complete; whether it decrypts can only be tried with the secret key of a recipient: age -d -i KEYFILE FILE",
        keys { One "1 key", Other "{keys} keys" },
        recipients { One "1 recipient", Other "{recipients} recipients" };
    safe_not_noted = "The key was saved, but the journal could not be written, so the watch will not know of it.";
    safe_not_on_host(path) = "{path} is not on the host, but in the container, and would be lost with it.";
    safe_not_on_host_next = "Name a file in the folder that is offered, or make the safe with the command `safe`.";
    safe_keep = "Keep a copy of it away from this server, and away from the copies of the database.";
    safe_use(decrypt) = "To use it: {decrypt} | freescout-rescue recover --key-file -";
    safe_decrypt(safe) = "age -d {safe}";
    safe_decrypt_with_key(safe) = "age -d -i KEYFILE {safe}";
    safe_names = "FILE is the encrypted file";
    safe_names_with_key = "FILE is the encrypted file, KEYFILE the secret key of one whom it was encrypted to";
    safe_lasts_next = "Copy the file to a permanent place right away, or name another one with --output.";
    safe_exists(path) = "{path} exists already, and is not overwritten.";
    safe_exists_next = "Nothing was changed. Name a new file.";
    safe_in_install(folder) = "{folder} lies in the install, so the key is not saved there.";
    safe_in_install_why = "It would be lost together with the install.";
    safe_served_why = "The web server hands out what lies in that folder.";
    safe_no_folder(folder) = "The folder {folder} does not exist.";
    safe_place_next = "Nothing was changed. Name a file in another folder, if possible on another disk.";
    safe_not_written = "The key could not be saved.";
    safe_not_proven = "The key was not saved: what was written could not be verified.";
    safe_not_proven_next = "Nothing was changed, and the file was removed. Try another folder, on another disk.";
    safe_no_key = "No key of this install is known, so there is nothing to save.";
    safe_no_key_next = "Nothing was changed. Search for the key first (find-key), or give it with --key-file.";
    safe_no_recipient = "A recipient cannot be used, so the key was not saved.";
    safe_no_recipient_next = "Nothing was changed. A recipient is a public key: of age (age1…, as age-keygen prints it) or of SSH (ssh-ed25519 …, ssh-rsa …).";
    safe_recipient(text) = "{text} is none";
    safe_recipient_ssh_kind(text, kind) = "{text} is an SSH key of the kind {kind}, to which nothing can be encrypted; ssh-ed25519 and ssh-rsa work";
    safe_recipient_rsa_length(text) = "{text} is an RSA key of fewer than 2048 or more than 4096 bits";
    safe_recipient_line(path, line, text) = "{path}, line {line}: {text}";
    safe_recipients_nobody(path) = "{path} names nobody";
    safe_recipients_unreadable = "The file with the recipients cannot be read.";
    safe_recipients_unreadable_next = "Nothing was changed. Correct the path after --recipients-file.";
    safe_json_shared = "Standard output cannot take both the safe and JSON.";
    safe_json_shared_next = "Nothing was changed. Leave out --json, or give a file to --output.";

    // a key on a page
    page_head(address, path, moment, fingerprint) = "The key (APP_KEY) of a FreeScout helpdesk: it decrypts its passwords.\n\n  address      {address}\n  folder       {path}\n  printed      {moment}, by freescout-rescue\n  fingerprint  {fingerprint}\n\nIf the key is lost or was replaced: type these rows into a file on the server, then run\n  freescout-rescue recover --key-file FILE\nor type them into the wizard (freescout-rescue), where keys are searched, in one line. Small\nletters will do, and dashes can be left out. The letters O, I and B and the digit 1 do not occur.\nA wrong character is found, and the right one is told.\n\nWhoever has this page and a copy of the database can read every password in it: keep it locked up.";
    page_code = "The same key as a QR code. Scanned, it is the text for the file, or for APP_KEY= in .env:";
    page_no_code = "This terminal cannot show the QR code. To get it: --svg FILE";
    page_no_key = "No key is in force, so there is none to print.";
    page_no_key_next = "Nothing was changed. Recover the install first; check says how.";
    page_too_long = "The text of the key in force is too long for a page.";
    page_too_long_next = "Nothing was changed. Save it without --paper.";
    page_done(path) = "Saved, and not encrypted: {path}";
    page_keep = "Whoever sees the page has the key.";
    page_no_terminal = "A key on paper is not encrypted, and standard output is not a terminal.";
    page_no_terminal_next = "Nothing was changed. If it shall go there even so, say --output -, or name a file.";

    // a key on paper, as a clause
    paper_character(row, group, typed, correct) = "row {row}, group {group}: `{typed}` was typed, it must be `{correct}`";
    paper_row(row) = "more than one character in row {row} is wrong; type that row again";
    paper_group(row, group, typed) = "row {row}, group {group} has {typed} characters in place of 4";
    paper_row_length(row, groups) = "row {row} has too few characters or too many; every row has {groups} groups of 4";
    paper_missing(row, rows) = "row {row} of {rows} is missing";
    paper_doubled(row) = "row {row} was typed twice";
    paper_order(row, place) = "row {row} stands where row {place} belongs";
    paper_mixed = "each row is right by itself, but they are not the rows of one key; take all of them from one page";

    // what is wrong with a command line
    lang_unknown(languages) = "it is not one of the languages here: {languages}";
    usage_error(what) = "error: {what}";
    usage_unknown(argument) = "{argument} is not understood here";
    usage_unknown_command(command) = "there is no command {command}";
    usage_value(value, option) = "{value} is not a value for {option}";
    usage_value_why(value, option, why) = "{value} is not a value for {option}: {why}";
    usage_value_missing(option) = "{option} needs a value";
    usage_values(values) = "possible values: {values}";
    usage_needed(arguments) = "this must be given: {arguments}";
    usage_conflict(argument, others) = "{argument} cannot be given together with {others}";
    usage_conflict_others = "some of the other arguments";
    usage_twice(argument) = "{argument} can be given only once";
    usage_similar(names) = "Did you mean {names}?";
    usage_line(usage) = "Usage: {usage}";
    usage_more = "More: --help";

    // command line
    key_file_unreadable = "The key file cannot be read.";
    key_file_missing_next = "Nothing was changed. Correct the path after --key-file.";
    key_file_not_a_file_next = "Nothing was changed. Name a file that contains a key and nothing else; a folder is searched with --look-in.";
    key_file_unreadable_next = "Nothing was changed. Run as root, or as the user who may read the file.";
    look_in_missing(path) = "{path} does not exist, so it cannot be searched for keys.";
    look_in_missing_next = "Nothing was changed. Correct the path after --look-in.";
    look_in_keyboard = "The wizard cannot look for keys in standard input (--look-in -): it is the keyboard.";
    look_in_keyboard_next = "Nothing was changed. Use find-key --look-in -, or give a file.";
    key_file_empty = "the file is empty";
    key_file_encrypted = "it is encrypted; decrypt it first (with age -d -i KEYFILE FILE, if it is encrypted to public keys): age -d FILE | freescout-rescue COMMAND --key-file -";
    key_file_safe_empty = "it is the text of a safe, but no key is in it";
    key_file_safe_line(line, why) = "line {line}: {why}";
    key_file_several = "it contains more than one key; leave only one in it, or search the file with --look-in";
    key_file_no_key = "The key file contains no key.";
    key_file_useless = "The given key decrypts none of the stored secrets.";
    key_file_useless_why(source, fingerprint) = "{source}: {fingerprint}";
    key_file_useless_next = "Nothing was changed. Name the file with the right key, or leave out --key-file to continue without it.";
    key_file_no_key_next = "It should contain `base64:` and 44 characters, or 32 plain characters, and nothing else; or all rows of a key on paper, or the decrypted text of a safe.";
    passwords_file_unusable(path) = "The passwords from {path} cannot be used.";
    passwords_unusable = "One of the given passwords cannot be stored.";
    passwords_no_line = "There is no line in it.";
    passwords_unreadable_next = "Nothing was changed. Name a file that you may read after --passwords, or - for standard input.";
    passwords_next = "Nothing was changed. Give one JSON object per line: {\"mailbox\": 3, \"incoming\": \"…\", \"outgoing\": \"…\"} or {\"system_mail\": \"…\"}.";
    passwords_mailboxes_next(mailboxes) = "Nothing was changed. {mailboxes}";
    no_such_mailbox(mailbox) = "There is no mailbox {mailbox}.";
    password_form_untold(place) = "A password cannot be stored here: {place}.";
    password_form_next = "Nothing was changed. Enter it in FreeScout's own settings page.";
    version_untold_why = "It is not known in which form this version of FreeScout reads it.";
    no_system_mail = "This install has no such password.";
    strategy_impossible(strategy) = "The strategy {strategy} is not possible here.";
    strategy_no_old_key_next(program) = "Nothing was changed. Search for it: {program} find-key --usual, or with --look-in and the path of a backup. `{program} check` says what is recommended until then.";
    strategy_impossible_next(program) = "Nothing was changed. Run `{program} check` to see what is recommended.";
    fresh_not_asked = "A new random key would be needed, and none is made unless you ask for it.";
    fresh_not_asked_next = "Nothing was changed. To have one made: recover --yes --strategy fresh";
    need_old_key = "No usable key is configured, and no known key decrypts the stored secrets.";
    need_old_key_next = "Nothing was changed. Look for the old key first: find-key --usual, find-key --look-in with the path of a backup, or the search in the wizard. A new random key decrypts none of this; it is only made with --strategy fresh.";
    need_missing_key = "Some secrets need a key that is not known here; and the process environment (container or pool settings) sets another APP_KEY than the one that FreeScout uses.";
    need_missing_key_next = "Nothing was changed. Look for the missing key first: find-key --usual, find-key --look-in with the path of a backup, or the search in the wizard. Until it is found, keep the config cache and restart neither the container nor PHP: FreeScout would go on with the key that is set there.";
    need_environment(key, source) = "The right key is known: {key}, in {source}. But APP_KEY comes from the process environment (container or pool settings), and can only be set there.";
    need_environment_at(place, key, source) = "Nothing was changed. {place} sets APP_KEY: set it there to exactly {key}, copied from {source}, without quotes, comment or spaces. Then re-create the container (docker compose up -d), or restart the pool or service, and check again.";
    need_environment_somewhere(key, source) = "Nothing was changed. Where the container is defined (compose file, pod, template), or in the settings of the FPM pool or service, set APP_KEY to exactly {key}, copied from {source}, without quotes, comment or spaces. Then re-create the container, or restart the pool or service, and check again.";
    need_any_key = "There is no usable key, and APP_KEY comes from the process environment (container or pool settings), so that it can only be set there.";
    need_any_key_at(place) = "Nothing was changed. {place} sets APP_KEY: set it there to a new key, as `php artisan key:generate --show` prints one. Then re-create the container (docker compose up -d), or restart the pool or service, and check again.";
    need_any_key_somewhere = "Nothing was changed. Where the container is defined (compose file, pod, template), or in the settings of the FPM pool or service, set APP_KEY to a new key, as `php artisan key:generate --show` prints one. Then re-create the container, or restart the pool or service, and check again.";
    recover_needs_yes = "This is only the plan. Add --yes to make a backup and apply it. Nothing was changed.";
    recover_would_nothing = "Nothing to do: this plan changes nothing.";
    signal_put_off = "This program was asked to stop (by a signal): it first finished what was being written. No connections are tested.";
    signal_before = "Stopped by a signal (such as Ctrl-C) before anything was written.";
    signal_before_next(folder) = "Nothing was changed. A backup was made in {folder}: it contains the APP_KEY, so delete it when you do not need it.";
    demo_made(program, install, look_in, install_word, look_in_word) = "A broken FreeScout install was created in {install}\nIts old key is hidden somewhere in {look_in}\nTry:  {program} {install_word}\n      {program} check {install_word} --look-in {look_in_word}\nNo mail server answers for it (those of `{program} demo` run only as long as the demo itself): all logins fail. Commands that would try them skip that with --no-test.";
    demo_gone = "That was the demo. It has been deleted, with its backups and reports; what you had saved in another folder is still there.";
    man_not_written(folder) = "The manual pages cannot be written to {folder}.";
    man_not_written_next = "Name a folder that exists and that you may write to.";
    demo_not_gone(folder, why) = "That was the demo. {folder} could not be deleted: {why}. Delete it: nothing in it is needed.";
    demo_note = "Mail passwords of the demo, as its people remember them. No server outside of it takes them.";
    demo_runs_nothing = "In this demo no PHP runs, and the processes of this machine are no part of it.";
    demo_no_room = "The demo install cannot be created.";
    demo_no_room_next = "Name a folder that does not exist yet, in a place where you may write.";
    report_not_saved = "The report could not be saved.";
    report_changes_nothing = "This does not affect what was done.";
    brief_well = "well";
    check_brief(path, overview) = "  {path}: {overview}";
    check_more(count) = "and {count} more (--all lists them)";
    many_head(sign, said, count) = "{sign} {said} ({count}):";
    many_elsewhere(sign, outcome, count) = "{sign} {outcome}: {count} more, at other servers (--all lists them)";
    many_readable = "readable";
    mailboxes_there_are(mailboxes) = "The mailboxes are {mailboxes}.";
    places_more(count) = "and {count} more";
    severity_critical = "critical";
    severity_warning = "warning";
    severity_info = "note";
    check_install(path, version, server, database) = "{path}: FreeScout {version} on {server}, database {database}";
    check_found(how) = "Found: {how}";
    check_web_user(user) = "Web user: {user}";
    check_key(label, fingerprint, source) = "Current key: {label} · {fingerprint}, from {source}";
    check_no_key = "There is no usable current key.";
    check_overview(readable, all) = "FreeScout can read {readable} of {all} stored passwords, tokens and licences (called secrets here).";
    check_overview_rest(readable, all, rest, parts) = "FreeScout can read {readable} of {all} stored passwords, tokens and licences (called secrets here). The other {rest}: {parts}.";
    rest_other_key(count) = "{count} encrypted with another known key";
    rest_unknown_key(count) = "{count} not decrypted by any known key";
    rest_damaged(count) = "{count} damaged";
    rest_plaintext(count) = "{count} unencrypted";
    rest_untold(count) = "{count} unencrypted (not known whether FreeScout reads it)";
    rest_nested(count) = "{count} encrypted twice";
    rest_missing(count) = "{count} empty although needed";
    check_summary(readable, total: number) = "FreeScout can read {readable} of {total}.",
        total { One "1 secret", Other "{total} secrets" };
    check_find_key_first(program, again) = "First look for the missing key: {program} find-key --usual {again}";
    check_enter(count: number, places) = count {
        One "Recommended: enter this password again: {places}.",
        Other "Recommended: enter these {count} passwords again: {places}.",
    };
    check_enter_how(program, again) = "In the wizard, or from a file: {program} recover --strategy reenter --passwords FILE --yes {again}";
    check_or_find_key(program, again) = "Or look for the missing key: {program} find-key --usual {again}";
    check_recommended_then(strategy, why) = "If it is not found, recommended: {strategy}. {why}";
    check_recommended(strategy, why) = "Recommended: {strategy}. {why}";
    check_finish(program, again) = "First finish the unfinished run: {program} resume {again}\nOr undo it:                      {program} undo --yes {again}";
    check_finish_undo(program, again) = "First finish the unfinished run: {program} resume {again}";
    check_next(program, again) = "Next, to see the plan: {program} recover {again}\nOr the wizard:         {program} {again}";
    plan_only_passwords = "All keys are right; only passwords need to be entered, in the next step.";
    check_overruled = "But that only counts with the key in .env. FreeScout's web side, or its workers, use the key that is set elsewhere (see above): it must be changed there.";
    check_does_not_start = "But FreeScout cannot start: first correct that line of .env (see above).";
    check_all_well = "Nothing needs to be done.";
    plan_figures(strategy, resealed, entered, before, total, after) = "Plan: {strategy}. Newly encrypted: {resealed}. Passwords stored: {entered}. FreeScout can read {before} of {total} stored passwords, tokens and licences (called secrets here) now, {after} of {total} afterwards.";
    applied_verified(strategy, resealed, entered) = "Done ({strategy}). Newly encrypted: {resealed}. Passwords stored: {entered}. Everything that was written was read again and is right.";
    applied_unverified(strategy, resealed, entered) = "Done ({strategy}). Newly encrypted: {resealed}. Passwords stored: {entered}. But not everything reads as planned.";
    applied_undo(undo) = "To undo it: {undo}";
    recovered_logins_fail(failed, of: number, why) = "Recovered, but {failed} of {of} fail: {why}.",
        of { One "1 login", Other "{of} logins" };
    logins_fail(failed, of: number, why) = "{failed} of {of} fail: {why}.",
        of { One "1 login", Other "{of} logins" };
    applied_nothing_to_do = "Nothing to do: no change was made.";
    applied_nothing = "No change was made.";
    applied_nothing_backup(folder) = "A backup was made first: {folder}";
    still_to_enter(count: number, places) = count {
        One "1 password still has to be entered: {places}.",
        Other "{count} passwords still have to be entered: {places}.",
    };
    still_unreadable(count: number) = count {
        One "1 secret is still unreadable.",
        Other "{count} secrets are still unreadable.",
    };
    find_key_before_entering(program, again) = "Look for the old key before you enter passwords again: {program} find-key --usual {again}";
    enter_if_not_found(program, again) = "If it is not found, enter the passwords again, in the wizard, or from a file: {program} recover --strategy reenter --passwords FILE --yes {again}";

    // the wizard: what it says at the foot of the screen
    apply_type_the_word = "Type apply first, then press Enter.";
    undo_type_the_word = "Type undo first, then press Enter.";
    field_empty = "There is nothing in the field yet.";
    key_not_here = "That key does nothing here. Press ? for the keys that work.";
    key_not_here_typing = "That key does nothing here. Press F1 for the keys that work.";
    field_full = "The text is too long for this field.";
    pasted_in_part = "Only the first line of the pasted text was used.";
    locked_plan = "This step is locked until there is a plan (step 5).";
    locked_report = "This step is locked until the plan is carried out (step 7).";
    locked_over = "This run has ended: n starts over with the first step, u undoes what it did.";
    locked_over_undone = "This run has ended: n starts over with the first step.";
    locked_survey = "This step is locked until FreeScout has been read (step 1).";
    locked_backup = "This step is locked until there is a verified backup (step 2).";
    wait_busy = "One moment: something is still in progress.";
    wait_foreseeing = "Still comparing what an undo would put back. When it is shown, press Enter.";
    wait_looking = "The search is still running. Esc stops it; then try again.";
    wait_writing = "Changes are being written and cannot be interrupted. This takes a moment.";
    stopped = "Stopped.";
    looked(files: number, megabytes) = "Searched: {files}, {megabytes} MiB.",
        files { One "1 file", Other "{files} files" };
    looked_processes(processes: number) = "Searched: {processes}.",
        processes { One "1 process", Other "{processes} processes" };
    looked_processes_stopped(processes: number) = "Stopped after {processes}.",
        processes { One "1 process", Other "{processes} processes" };
    looked_in(files: number, megabytes, seconds) = "Searched: {files}, {megabytes} MiB, {seconds} s.",
        files { One "1 file", Other "{files} files" };
    looked_in_layers(files: number) = files {
        One "Among them: 1 file of settings in the layers of this host's containers and images.",
        Other "Among them: {files} files of settings in the layers of this host's containers and images.",
    };
    looked_stopped(files: number, megabytes) = "Stopped after {files}, {megabytes} MiB.",
        files { One "1 file", Other "{files} files" };
    find_key_stopped = "Stopped before everything was searched. This is what was found so far:";
    find_key_useless = "Keys that decrypt nothing here:";
    find_key_useless_many(count) = "At least {count} other keys were found that decrypt nothing here; no more than these are kept (--all lists them).";
    find_key_useless_folded(count: number) = count {
        One "1 other key was found that decrypts nothing here (--all names it).",
        Other "{count} other keys were found that decrypt nothing here (--all lists them).",
    };
    find_key_places_more(more) = "and in {more} more places";
    find_key_found(key, opens, unread: number) = "Found: {key} decrypts {opens} of the {unread}.",
        unread { One "1 secret that FreeScout cannot read", Other "{unread} secrets that FreeScout cannot read" };
    find_key_none(lost: number) = lost {
        One "No key was found that decrypts the 1 secret whose key is missing.",
        Other "No key was found that decrypts any of the {lost} secrets whose key is missing.",
    };
    find_key_not_needed = "No secret here needs another key.";
    find_key_stdin = "A key came through standard input: give the next command the same input.";
    find_key_in_memory = "A key stands only in the memory of a running process: do not restart PHP or workers before the recovery.";
    find_key_in_other_process = "A key stands only in the memory of a process that is not known to belong to this install. Do not restart it. The wizard can use the key: where it searches for keys, press m.";
    find_key_next(next) = "Next: {next}";
    find_key_further_usual(program, again) = "To search for the rest: {program} find-key --usual {again}";
    find_key_further(program, again) = "To search further, add --look-in and the path of a backup, an old disk or a copy of the old server to this: {program} find-key {again}";
    find_key_without(program, again) = "Without the key, these passwords have to be entered again. What a recovery could do now: {program} recover {again}";
    search_live(files: number, megabytes, seconds, path) = "Searching, {seconds} s: {files}, {megabytes} MiB; now {path}",
        files { One "1 file", Other "{files} files" };
    search_goes_on(files: number, megabytes, seconds, path) = "Still searching after {seconds} s: {files}, {megabytes} MiB so far; now {path}",
        files { One "1 file", Other "{files} files" };
    search_live_between(files: number, megabytes, seconds) = "Searching, {seconds} s: {files}, {megabytes} MiB",
        files { One "1 file", Other "{files} files" };
    search_goes_on_between(files: number, megabytes, seconds) = "Still searching after {seconds} s: {files}, {megabytes} MiB so far",
        files { One "1 file", Other "{files} files" };
    looked_no_key = "No new key found.";
    looked_found(key, opens, total) = "Found: {key} decrypts {opens} of {total}.";
    looked_nothing(why) = "Nothing was searched: {why}";
    q_leaves = "Press q to leave.";
    q_or_n = "Press q to leave, n to start over.";
    report_no_way_back = "The recovery is done. Press n to start over, q to leave.";

    // the screen: frame
    what_now = "What to do now";
    please_enlarge(width, height, w, h) = "Enlarge to {width}×{height} (now {w}×{h}).";
    please_enlarge_leaves = "q or Ctrl-C: leave.";
    please_enlarge_asks = "Ctrl-C twice: leave.";
    please_enlarge_leaving = "Leaving when done.";
    please_enlarge_others = "Other keys do nothing.";
    please_enlarge_goes_on(what) = "Still running: {what}";
    pane_steps = "Steps";
    pane_connections = "Connections";
    title_readable(readable, total) = "readable now {readable}/{total}";
    title_after(readable, total) = " → after plan {readable}/{total}";
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
    no_size = "The terminal does not report its size (0×0).";
    no_size_next = "Set it with: stty cols 80 rows 24; then start again. Or use the commands: check, recover, undo.";
    no_terminal_plain = "--plain does not change that: it asks its questions on a terminal.";
    no_terminal_next = "Log in with a terminal (ssh -t), or use the commands: check, recover, undo. See freescout-rescue --help.";
    no_terminal_next_in_container(exec) = "Start it with {exec} -it, or use the commands: check, recover, undo. See freescout-rescue --help.";
    quit_question = "Leave? Enter: leave. Esc: stay.";
    quit_question_small = "Leave? Ctrl-C: yes.";
    quit_nothing_changed = "Nothing was changed.";
    quit_unfinished_stays(found) = "{found} It is still unfinished: this session changed nothing.";
    quit_backup_stays(folder) = "A backup stays in {folder}. It contains the APP_KEY: delete it when you no longer need it.";
    quit_backup_stays_apart(folder, keys) = "A backup stays in {folder}, the files with the key in {keys}: delete both when you no longer need them.";
    quit_recovery_stands(count: number, undo) = count {
        One "The recovery made in this session stays in effect. To undo it: {undo}",
        Other "{count} recoveries made in this session stay in effect. To undo the last of them: {undo}",
    };
    quit_writing = "The recovery is being written right now and cannot be interrupted. The program leaves as soon as it is done.";
    quit_running = "Something is still in progress; it will be stopped. It changes nothing in FreeScout.";
    quit_typed(count: number) = count {
        One "A password was entered but not applied. It will be forgotten.",
        Other "Passwords entered but not applied: {count}. They will be forgotten.",
    };
    quit_report_outdated = "The saved report does not include the latest results (Enter in step 8 saves it again).";
    quit_report_unsaved = "The recovery is done. Its report was not saved (Enter in step 8 saves it).";

    // the wizard, line by line
    face_is_the_wizards = "--plain and --ascii are for the wizard and its demo; the commands have no screen.";
    plain_dumb = "TERM does not say that this terminal can show a full screen, so the wizard runs line by line (--plain). For the full screen, set TERM first, for example: export TERM=xterm-256color";
    plain_begin = "To answer, type what is in the brackets, then press Enter. * marks what is chosen.";
    plain_step(number, step) = "Step {number} of 8: {step}";
    plain_field = "Type the text, then press Enter. A line with a colon in front is a command.";
    plain_silent = "What you type is not shown.";
    plain_unknown = "That is none of the choices.";
    plain_unknown_field = "That is none of the commands. A text that begins with a colon is typed with two: ::";
    plain_colon = "The line was not used: it looks like a command, which has a colon in front here. If it is the text itself, show the field first (:v).";
    plain_refused = "The line was not used: it has characters that a field does not take.";
    plain_too_early = "The line was not used: it was typed before the question.";
    plain_unchanged(count: number) = count {
        One "1 other item is unchanged.",
        Other "{count} other items are unchanged.",
    };
    plain_ticked = "ticked";
    plain_not_ticked = "not ticked";
    plain_again = "show all again";
    plain_leave = "Leave?";
    plain_good = "OK";
    plain_bad = "NOT OK";

    // the screen: keys
    key_next = "continue";
    key_choose = "choose";
    key_choose_short = "list";
    key_page = "a page up, down";
    key_ends = "first, last";
    key_move = "move cursor";
    key_pane = "next list";
    key_to_changes = "changes";
    key_to_strategies = "strategies";
    key_complete = "complete";
    key_select = "select";
    key_back = "back";
    key_stop = "stop";
    key_filter = "filter";
    path_too_many = "This folder has too many names to be completed here.";
    path_nothing = "Nothing here goes on from that.";
    path_and_more(names, count: number) = count { One "{names}  and 1 more", Other "{names}  and {count} more" };
    key_connections = "logins";
    key_direction = "in/out";
    key_keep_untested = "keep untested";
    key_test_all = "test all";
    key_send_again = "send it again";
    key_send_once = "send it once";
    key_stop_tests = "stop";
    key_failing_only = "failing only";
    key_help = "help";
    key_quit = "quit";
    key_retry = "try again";
    key_look_again = "look again";
    key_again = "run again";
    key_add_key = "add key";
    key_add_key_short = "key";
    key_look_in = "search path";
    key_look_in_short = "path";
    key_look_processes = "search PHP";
    key_look_processes_short = "PHP";
    key_look_usual = "search server";
    key_look_usual_short = "server";
    key_other_database = "other database";
    key_other_folder = "other folder";
    key_undo = "undo";
    key_keep_keys = "keep the key";
    key_keep_keys_short = "safe";
    key_watch = "watch";
    key_start_over = "anew";
    key_go = "go to step";
    key_erase = "erase";
    key_erase_all = "clear field";
    key_reveal = "show";
    key_same_as = "suggestion";
    enter_use = "use this";
    enter_leave = "leave";
    enter_to_backup = "backup";
    enter_make_backup = "make the backup";
    enter_to_keys = "keys";
    enter_to_checks = "checks";
    enter_to_plan = "plan";
    enter_to_passwords = "passwords";
    enter_to_apply = "review";
    enter_next_field = "next";
    enter_carry_out = "confirm";
    enter_undo = "undo";
    enter_make_safe = "make the safe";
    enter_make_timer = "have it watched";
    enter_to_report = "report";
    enter_save_report = "save report";
    enter_save_short = "save";
    help_connections = "✓ FreeScout can log in. ✗ FreeScout cannot log in: the server's answer to this login. → would work, but FreeScout cannot read that password yet. ○ not tried; the reason is shown below. – no login needed. · not tested yet.";
    help_survey = "This step only reads. It shows which key FreeScout uses, and what is wrong.";
    help_unfinished(resume, undo) = "An earlier run was interrupted. `{resume}` finishes it as it was confirmed; `{undo}` puts everything back as it was before that run. No other recovery can start until then.";
    help_unfinished_undo(resume) = "An undo was interrupted. `{resume}` finishes it. No other recovery can start until then.";
    help_backup = "Everything that a recovery may change is copied, and the copy is verified. The later steps stay locked until then.";
    help_keys = "Every key is tested for certain: it either decrypts a secret or it does not. Old keys are often found in backups of .env, editors' temporary files, container settings and shell history. Paste one, or name a place to search. The bars show which key was in use when, from the Message-IDs of sent emails; \"unknown key\" is one that has not been found yet.";
    help_checks = "K1, K2, … say which key decrypts a secret; ✓ marks the current key. Only secrets marked lost or wiped need their password again.";
    help_plan = "Up and down choose a strategy, Tab goes to the list of changes. The plan is only tried out in memory; nothing is written.";
    help_passwords = "Passwords stay in memory until step 7 encrypts them with the key that the plan ends with. ^O suggests passwords that are already known, for example of the same account elsewhere.";
    help_apply = "All rows change in one transaction, or none do. The key is written last; if that fails, the rows are put back.";
    help_report = "Everything was read again from the files and the database. Press u to undo the last recovery; where this session made several, u then takes back the one before it, and so on. Earlier ones are left to the command undo.";

    // the screen: survey
    more_above = "PgUp: more above";
    more_below = "PgDn: more below";
    survey_reading_long = "Reading the install and its database. Nothing is changed.";
    survey_install = "Install";
    survey_install_value(path, version, host) = "{path}, FreeScout {version}, on {host}";
    survey_found = "Found";
    survey_choose = "Choose the one that is broken. Enter opens it; nothing is changed yet.";
    survey_database = "Database";
    survey_database_value(server, database) = "{server}, {database}";
    survey_database_asked_as(database, user) = "{database} (login as the account {user} through the socket)";
    survey_database_prefix_value(server, database, prefix) = "{server}, {database}, prefix {prefix}";
    survey_web_user = "Web user";
    survey_web_user_value(user, why) = "{user} ({why})";
    survey_web_user_nameless(number, why) = "number {number}, an account without a name here ({why})";
    web_user_owner = "owns storage/";
    web_user_least(owners) = "the least privileged of the owners: {owners}";
    web_user_acl = "root owns everything, but an access control list lets it write";
    web_user_group(group) = "root owns everything, but group {group} may write";
    web_user_root = "owns everything; PHP is not run as root";
    web_user_named = "named with --web-user";
    web_user_untold = "unknown: anybody may change FreeScout's configuration. Name it with --web-user";
    survey_key = "Key";
    survey_key_value(key, source) = "{key}, from {source}";
    survey_wrong = "What is wrong";
    survey_nothing_wrong = "The key and the stored secrets are all right.";
    survey_do_not = "Until this is repaired";
    survey_do_not_save = "Do not save mailbox forms: an empty field wipes the old password.";
    survey_do_not_restart = "Do not restart workers or PHP: their memory may hold the lost key.";
    survey_do_not_install = "Do not open /install.php: it can write yet another key.";
    survey_folder_form = "FreeScout's folder (the one with artisan and .env):";
    survey_name_folder = "Or press f and enter its folder here.";
    survey_other_values = "Press d to connect to another database, for this session only: FreeScout's settings are not changed.";
    survey_database_form = "Database settings for this session only: nothing is written to FreeScout's settings. The connection is made with your own rights, not the web user's. Tab goes to the next field, Enter connects.";
    database_form_driver = "DB_CONNECTION must be mysql, pgsql or sqlite.";
    database_form_port = "DB_PORT must be a number up to 65535.";
    database_form_name = "DB_DATABASE must not be empty.";
    database_form_password = "If DB_PASSWORD is left empty, the configured one is used.";

    // the screen: backup
    backup_keys_apart(keys) = "The files with the key are kept apart, in {keys}. Keep both folders private, and delete them when you no longer need them.";
    backup_what = "Before anything is changed, everything that a recovery may change is copied into one folder that only you can open, and the copy is verified:";
    backup_folder_form = "Folder for backups and journal. It is created if it does not exist:";
    backup_folder_refused(why) = "This folder cannot be used ({why}). Press f to choose another.";
    backup_folder_refused_fixed(why) = "This folder cannot be used ({why}). The folders of this host are chosen when the program starts: press q, and start again with another --state-dir.";
    backup_folder_choose_fixed = "To choose a permanent folder of this host, press q, and start again with --state-dir.";
    backup_folder_unusable = "This folder cannot be used.";
    backup_folder_unusable_next = "Enter another one: a folder that only you can write to, or a new one inside such a folder.";
    backup_folder_whole = "Enter the full path of the folder, starting with /.";
    backup_folder_choose = "Press f to choose a permanent folder.";
    backup_folder_kept(path) = "Backups and journal now go to {path}.";
    backup_list = "  · .env, the key file and the config cache, where they exist\n  · every stored value that depends on the key, as it is now\n  · restore.sql, to put them back without this program\n  · a manifest with the SHA-256 checksum of every file";
    backup_full_dump(program) = "Also dump the whole database ({program})";
    backup_locks = "The later steps unlock when the backup is complete.";
    backup_running = "The backup is being made. Esc stops it.";
    backup_stands = "The backup is complete and verified.";
    backup_folder = "Folder";
    backup_holds = "Contains";
    backup_holds_value(texts: number, files: number, kib) = "{texts}, {files}, {kib} KiB",
        texts { One "1 database field", Other "{texts} database fields" },
        files { One "1 file", Other "{files} files" };
    backup_by_hand = "Its README says how to restore it, with this program or by hand.";
    backup_keep_closed = "It contains the APP_KEY and everything that the key decrypts. Keep it private, and delete it when you no longer need it.";

    // the screen: keys
    keys_all_open = "Every encrypted secret can be decrypted with one of these keys.";
    keys_some_closed(count: number) = count {
        One "1 secret cannot be decrypted with any of these keys. To find its key: paste one (a), search a path (p), this server (s), or running PHP (m).",
        Other "{count} secrets cannot be decrypted with any of these keys. To find their key: paste one (a), search a path (p), this server (s), or running PHP (m).",
    };
    keys_none = "No key is known yet.";
    keys_of_demo(place) = "In this demo, an old key is hidden somewhere in {place}: press s, which here searches that folder alone.";
    keys_type_key = "The key, as it was after APP_KEY= (hidden; ^R shows it):";
    keys_type_place = "A file, an archive or a folder on this server:";
    keys_more_sources(more: number) = more {
        One "and 1 more place",
        Other "and {more} more places",
    };
    key_tried(key, opens: number) = "{key} decrypts {opens}.",
        opens { One "1 secret", Other "{opens} secrets" };
    key_tried_nothing(key) = "{key} is a valid key, but decrypts nothing here.";
    key_not_a_key(why) = "That is not a key: {why}. A key is base64: and 44 characters, or 32 plain characters, or all rows of one on paper.";
    look_skipped_shown(more, first) = "Not searched: {first}, and {more} more";
    look_skipped_one(first) = "Not searched: {first}";

    // the screen: checks
    column_owner = "Mailbox or owner";
    column_incoming = "Incoming";
    column_outgoing = "Outgoing";
    column_oauth = "OAuth";
    cell_lost = "lost";
    cell_damaged = "damaged";
    cell_salvage = "salvage?";
    cell_plain_read = "plain ✓";
    cell_plain_untold = "plain ?";
    cell_plain = "plaintext";
    cell_twice = "twice";
    cell_wiped = "wiped";
    checks_nothing = "Nothing stored here depends on the key.";
    checks_no_match = "No row contains this text. Esc shows all rows again.";
    checks_planned(action) = " Recommended plan: {action}.";

    // the screen: plan
    strategy_restore = "Restore";
    strategy_carry = "Keep the current key";
    strategy_fresh = "Fresh key";
    strategy_reenter = "Re-enter only";
    strategy_restore_does = "put the old key back, re-encrypt newer secrets";
    strategy_carry_does = "re-encrypt everything else with it";
    strategy_fresh_does = "a new random key for everything (if the old one leaked)";
    strategy_reenter_does = "only store the passwords you enter";
    plan_recommended = "  (recommended)";
    plan_rehearsing = "Trying out the plan in memory. Nothing is written.";
    plan_headline(before, after, total, resealed, needed) = "Readable {before} → {after} of {total}. Newly encrypted: {resealed}. Passwords to enter: {needed}.";
    plan_links_restore = "Replies to old emails, links in them, the web cron and the app tokens work again; replies to emails sent since then lose their conversation.";
    plan_links_fresh = "Everybody has to log in again. Replies to emails already sent open new conversations; links in them and the web cron stop working.";
    plan_links_same = "The current key stays: replies to emails sent with it and links in them keep working; those of emails sent with other keys stay broken.";
    damage_of_mails(parts) = "In emails already sent, replies and attachment links depend on the key: {parts}.";
    damage_regains(what) = "{what} work again";
    damage_keeps(what) = "{what} keep working";
    damage_breaks(what) = "{what} break";
    damage_stays_broken(what) = "{what} stay broken";
    damage_mails(mails, key) = "{mails} ({key})";
    damage_mails_links(mails, links: number, key) = "{mails} and {links} ({key})",
        links { One "1 link", Other "{links} links" };
    plan_links_keyless = "Replies and attachment links do not depend on the key in this version.";
    plan_links_work_again = "Attachment links in old emails work again; replies do not depend on the key in this version.";
    plan_links_stop = "Attachment links in emails already sent stop working; replies do not depend on the key in this version.";
    plan_links_keep = "Attachment links in emails sent with the current key keep working; replies do not depend on the key in this version.";
    damage_logins_stay = "Nobody has to log in again.";
    damage_logins_end = "Everybody has to log in again.";
    damage_key_restored = "The web cron URL from before the key was changed works again; everybody has to log in again, in the app too.";
    damage_key_changes = "The web cron gets a new URL; everybody has to log in again, in the app too.";
    damage_key_stays = "Logins and the web cron URL stay valid.";
    damage_unknown_key = "unknown key";
    damage_meaning = "A customer's reply to an affected email may open a new conversation; an agent's reply to an affected notification is dropped.";

    // the screen: passwords
    kind_client_secret = "OAuth client secret (incoming)";
    kind_client_secret_outgoing = "OAuth client secret (outgoing)";
    passwords_none = "No passwords need to be entered. Press Enter to continue.";
    passwords_head_plain = "Only these are lost, or were refused by their mail server. What you enter is stored in step 7, in the form that this version of FreeScout uses; a field left empty stays as it is.";
    passwords_head = "Only these are lost, or were refused by their mail server. What you enter is encrypted in step 7; a field left empty stays as it is.";
    passwords_missing = "not entered";
    passwords_typed(count: number) = "entered, {count}",
        count { One "1 character", Other "{count} characters" };
    passwords_same_as(owner, kind) = "the same as {owner}, {kind}";
    passwords_for(login, server) = "Login {login} on {server}";
    passwords_of_demo(file, password) = "The demo's note {file} says: {password}";
    passwords_same_hint = "^O suggests known passwords: older copies, the same account elsewhere, logs.";
    passwords_tested_first = "Enter tests this password on the server; step 7 stores it.";
    passwords_tested_later = "What you enter is tested on its mail server first; step 7 stores it.";
    passwords_oauth(site, id) = "After step 7, connect again in the browser: https://{site}/mailbox/connection-settings/{id}/incoming";
    password_asterisks = "FreeScout treats asterisks as \"unchanged\": this would not be used.";
    password_zero = "FreeScout treats 0 as \"no password\": this would not be used.";
    password_blanks = "It begins or ends with a space. FreeScout's own form would remove that.";

    // the screen: apply
    apply_not_recommended(strategy) = "Strategy: {strategy}. It is not the one that step 5 recommends.";
    apply_head = "This will be written, either all of it or nothing:";
    apply_no_rows = "no database field changes";
    apply_rows_written(resealed, entered) = "Newly encrypted: {resealed}. Passwords stored: {entered}. All in one transaction.";
    apply_key_env(key) = "APP_KEY in .env becomes {key}; owner, group and mode stay";
    apply_key_file(path, key) = "the key file {path} becomes {key}; owner, group and mode stay";
    apply_new_key = "a new random key";
    apply_cache_cleared = "the config cache is cleared if it is outdated, and the workers are restarted";
    apply_cache_removed(why) = "the config cache is removed if it is outdated, and workers are told to restart. FreeScout's clear-cache command is not run: {why}";
    apply_cache_removed_only(why) = "the config cache is removed if it is outdated. FreeScout's clear-cache command is not run: {why}. The workers cannot be told to restart from here: afterwards, run `php artisan queue:restart` as the account that PHP runs as";
    apply_cache_stays = "the config cache and the workers stay as they are: the key does not change";
    apply_workers_stay = "the config cache is removed if it is outdated; workers are not restarted, because one that could not be searched may hold a lost key";
    apply_then(after, total) = "then everything is read again: {after} of {total} will be readable";
    apply_lost(count: number) = count {
        One "Still unusable afterwards: 1. It stays as it is.",
        Other "Still unusable afterwards: {count}. They stay as they are.",
    };
    apply_nothing_to_do = "Nothing to do: this plan changes nothing.";
    apply_lost_enter(count: number) = count {
        One "Still unusable: 1. What can be entered again is entered in step 6 (Esc goes back).",
        Other "Still unusable: {count}. What can be entered again is entered in step 6 (Esc goes back).",
    };
    apply_backup(folder) = "The backup for undoing this is in {folder}";
    apply_confirm(word) = "Type {word} and press Enter:";
    apply_confirm_stay(word, restart) = "Type {word} and press Enter: the workers are not restarted. Or type {restart}: they are restarted too, and any key that only they hold is lost.";
    apply_running = "Writing. This cannot be interrupted.";
    apply_typed_kept(count: number) = count {
        One "The password entered so far is kept.",
        Other "Passwords entered so far are kept: {count}.",
    };

    // the screen: report and connections
    report_saved(path) = "Saved: {path} and .json";
    report_saved_while_testing(path) = "Saved to {path} while connections are still being tested. It is saved again when they are done; Enter saves it now.";
    report_saved_before(path) = "Saved: {path} and .json, but without the latest results. Enter saves it again.";
    undo_head = "Undo the recovery";
    undo_head_of(number, made) = "Undo recovery {number} of {made} of this session";
    undo_not_ours = "It was not made in this session.";
    undo_what = "Rows and files become what they were before, byte for byte. A row that somebody has changed since is left alone, and listed; if .env was changed since, nothing is touched.";
    undo_confirm(word) = "Type {word} and press Enter:";
    connections_note = "Nothing has been tested yet. Press t, then T to log in to every server as FreeScout would. Cyrus servers create an INBOX at a first login by POP3.";
    connections_none = "There are no mailboxes.";
    connections_none_tested = "No connection has been tested. F shows all.";
    connections_none_failing = "None of the tested connections fails. F shows all.";
    connections_untested = "Not tested. Enter tests this one, T tests all.";
    connections_send_once(key) = "Press {key} to try it here once anyway.";
    connections_send_again(key) = "Press {key} to try it again.";
    connections_open_first(open, key) = "{open}, then {key},";
    connections_waiting = "Waiting: only a few tests per server run at once, and one per account.";
    connections_works(code, ms) = "{code}, {ms} ms";
    connections_said(said) = "“{said}”";
    connections_left(count) = "Testing connections, {count} left";
    enter_test = "test this";
    enter_try = "test it";
    password_trying = "Testing the password on the mail server";
    password_kept = "kept untested";
    password_untested = "not tested yet";
    password_untestable = "cannot be tested here";

    // the report
    report_verified(resealed, entered) = "Read again as FreeScout reads it, everything is as planned. Newly encrypted: {resealed}. Passwords stored: {entered}.";
    report_unverified(resealed, entered) = "Applied, but not everything reads as planned. Newly encrypted: {resealed}. Passwords stored: {entered}.";
    report_undo(undo) = "To undo it: {undo}";
    report_all_stand(made) = "All {made} recoveries of this session are in effect; an undo takes back the last one alone.";
    report_some_stand(count: number, made) = count {
        One "Of the {made} recoveries of this session, 1 is in effect.",
        Other "Of the {made} recoveries of this session, {count} are in effect.",
    };
    report_none_stands(made) = "All {made} recoveries of this session have been undone.";
    report_hint_undo(number, made) = "Press u to undo recovery {number} of {made}.";
    report_hint_test = "Press t, then T to test every login.";
    report_hint_send = "A login was not tried, as another one had refused its password: press t, choose it (Tab: incoming or outgoing), then r.";
    report_hint_failing = "Press t to see every step of a login.";
    report_hint_demo = "In this demo, a server is mended once it was tested: press t, then T, which tests again.";
    report_hint_enter = "Press n to enter missing passwords, or to look for their key (a new backup is made first).";
    report_hint_refused = "Press n to enter other passwords for those that were refused (a new backup is made first).";
    report_made(version, at, host, user) = "freescout-rescue {version}: report of {at}, on {host}, by {user}";
    report_made_from(version, at, host, user, from) = "freescout-rescue {version}: report of {at}, on {host}, by {user}, from {from}";

    // the state of the mail
    state_readable(readable, total: number) = "FreeScout can read {readable} of {total}",
        total { One "1 secret", Other "{total} secrets" };
    state_rest(parts) = " ({parts})";
    state_no_login = "there is no login to test";
    state_untested = "no login was tested";
    state_untested_readable = "Readable, but no login was tested";
    state_test(test) = "To test the logins: {test}";
    state_testing(ok, of: number, left) = "{ok} of {of} proven by a login so far, {left} still being tested",
        of { One "1 connection", Other "{of} connections" };
    state_proven(ok, of: number) = "{ok} of {of} proven by a login",
        of { One "1 connection", Other "{of} connections" };
    state_failed(failed) = ", {failed} failed";
    state_not_tried(count) = ", {count} not tried";
    state_login_untested = "not tested";
    state_unreadable(kind) = "{kind} unreadable";
    state_is_readable(kind) = "{kind} readable";
    state_enter = "Enter it again.";
    state_reconnect = "Connect the mailbox again in the browser.";
    state_license = "Enter the licence again under Modules.";
    state_module = "Enter it again in the settings of its module.";
    state_recover = "Another recovery brings it back.";
    state_login(direction, protocol, server, sign, outcome) = "  {direction}, {protocol} {server}: {sign} {outcome}";
    state_attention = "What needs attention";
    state_in_order = "What works";

    report_aftercare = "Next: S saves the key in an encrypted file, w has mail and key watched from now on. For a day, look at Manage > Logs > Fetch Errors and Send Errors in FreeScout, too.";
    safe_form_head = "Keep the key (APP_KEY)";
    safe_form_what = "The key in force, and those it replaced, go into one file, encrypted with a passphrase that you choose. With it this server can be lost, and the next change of the key is harmless.";
    safe_form_file = "File";
    safe_form_passphrase = "Passphrase";
    safe_form_again = "Again";
    safe_form_hint = "Write the passphrase down: without it, nobody can open the file. Copy the file away from this server, and away from the copies of the database.";
    safe_form_wrong_file = "Give the whole path of a new file, from / on.";
    safe_form_wrong_passphrase = "Choose a passphrase.";
    safe_form_running = "The safe is being made, and opened again as a proof.";
    watch_offer_head = "Have this helpdesk watched";
    watch_offer_what(every) = "Every {every}: the key in .env, cache and workers, every secret, mail servers, certificates, jobs and the last fetch; each login once in six hours. Nothing in FreeScout is changed.";
    watch_offer_reading = "Looking at what makes rounds here…";
    watch_offer_told(channels) = "Told through: {channels}.";
    watch_offer_nobody = "Nobody is told yet: put who is to be told into /etc/freescout-rescue/watch.toml (watch --example shows how), and prove it with watch --test-alert.";
    watch_offer_steps = "This is done on this machine:";
    watch_offer_takes_back = "watch --remove takes it back. To see the files as a whole, or do the same by hand with --yes:";
    watch_offer_made = "A timer makes these rounds already. watch --remove takes it back.";
    watch_offer_otherwise = "A timer of freescout-rescue stands already, and runs something else: perhaps it watches another install. It is left as it is. To replace it by one that watches this install alone, add --yes:";
    watch_offer_demo = "This is the demo: here no timer is made.";
    watch_offer_esc = "Press Esc to go back to the report.";
    watch_made(every, command) = "From now on this helpdesk is watched: a round every {every}, the first one soon. To make one now and see how things stand: {command}";
    watch_made_idle(why, command) = "The timer is made. {why} To make a round now and see how things stand: {command}";
    report_watch = "What to watch: Manage > System > Status in FreeScout (jobs, last fetch), and Manage > Logs > Fetch Errors and Send Errors for a day.\nKeep the key safe: include a copy of .env in your backups, stored apart from the database.";

    // sentences: findings
    no_usable_key = "no usable key";
    a_key_not_known_here = "a key that is not known here";
    finding_stale_config_cache(cached, configured) = "The config cache still contains {cached}; the configuration contains {configured}. FreeScout uses the one in the cache.";
    finding_unusable_key(why) = "The current key is not usable: {why}.";
    finding_misspelled_key(place, key, fault) = "{place} contains {key}, but {fault}. FreeScout cannot use it like that; the strategy restore writes it correctly.";
    finding_misspelled_key_environment(key, fault) = "APP_KEY in the process environment contains {key}, but {fault}. FreeScout cannot use it like that; correct it where it is set.";
    misspelled_no_prefix = "`base64:` is missing in front of it";
    misspelled_prefix = "`base64:` in front of it is not in lower-case letters";
    misspelled_quotes = "the quotes around it are read as part of it";
    misspelled_comment = "the comment after it is read as part of it";
    misspelled_assignment = "a whole line (`APP_KEY=…`) is there instead of the key alone";
    misspelled_blanks = "the spaces around it are read as part of it";
    misspelled_foreign = "there are characters from a web page or word processor around it";
    misspelled_byte_order_mark = "there is a byte order mark in front of it";
    misspelled_utf16 = "it is saved as UTF-16";
    misspelled_wrapped = "a line break cuts it in two";
    misspelled_url_safe = "it has - and _ where + and / should be";
    misspelled_path = "only as the path of a file with the key, which belongs in APP_KEY_FILE";
    misspelled_other = "there are other characters in it or around it";
    finding_glued_key(line) = "Line {line} of .env contains two keys joined together, as /install.php leaves them. Both are tried.";
    finding_glued_key_cached = "The config cache contains two keys joined together, as /install.php leaves them. Both are tried.";
    finding_worker_holds_other_key(pid, key) = "Worker {pid} was started before the change and still uses {key} to send and fetch.";
    finding_worker_older_than_key(pid) = "Worker {pid} was started before the configuration was changed. It is not known which key it uses: it may be another one.";
    finding_key_from_process_environment = "APP_KEY is set in the process environment (container or pool settings) and overrides .env. It can only be changed there.";
    finding_key_elsewhere(place, key, opens, total) = "{place} sets APP_KEY to {key}, which overrides .env: with it, FreeScout can read {opens} of {total}. Recover first: the plan says which key is right. Then set that one there, or remove the line so that .env is used, and reload the service; this program does not write to that file.";
    finding_key_elsewhere_cached(place, key, opens, total) = "{place} sets APP_KEY to {key}, which can read {opens} of {total}. The config cache hides it for now: once the cache is removed, or rebuilt from there, FreeScout uses that key. Remove it there; this program does not write to that file.";
    finding_key_elsewhere_start(place, variable, key, opens, total) = "{place} sets {variable} to {key}: the next time the container starts, it writes this key into .env, over what is there. It can read {opens} of {total}. Change it where the container is defined (compose file, pod, template).";
    finding_key_elsewhere_secret(place, key, variable, opens, total) = "{place} holds {key}, and {variable} names that file: the next time the container starts, it writes this key into .env, over what is there. It can read {opens} of {total}. Change it in that file.";
    finding_key_elsewhere_secret_untold(place, variable) = "{place} has {variable} name a file, and which key that will hold is not known here (an external secret, or a file that was not found). The next time the container starts, it writes that key into .env, over what is there. Check that the file holds the right key.";
    finding_key_elsewhere_unsure(place, key, opens, total) = "{place} sets APP_KEY to {key}, which can read {opens} of {total}. It is not certain that this applies to this install: if it does, it overrides .env.";
    finding_key_elsewhere_taken_over(place) = "{place} takes APP_KEY from somewhere else, or sets it only under a condition, so its value cannot be read from that file. If it applies to this install, it overrides .env, even if it is empty. Check that it is the same as in .env, or remove it there.";
    finding_key_not_lasting(path, when, keep) = "APP_KEY is read from {path}. {when} {keep}";
    change_not_lasting(path, definition) = "to do by hand: {path}, where the key of this plan is written, goes when the container is re-created (a restart keeps it); put that file into a named volume or a mounted folder, or set the key in {definition}, and run check after that";
    change_not_lasting_anywhere = "the definition of the container (compose file, pod, template)";
    key_goes_with_container = "It is in the container's own layer: a restart keeps it, but it is gone when the container is re-created (docker compose up after a change, or an update of the image), and every stored password with it.";
    key_goes_with_pod = "It goes with the pod (an emptyDir volume), and every stored password with it.";
    key_goes_with_nameless = "It is in an unnamed volume: a container that is made anew by docker run, or after docker compose down, does not get it back, and every stored password is lost with it.";
    key_kept_in(definition) = "To keep it, change {definition}: put this file into a named volume or a folder of the host that is mounted there, or set the key in the environment, as FREESCOUT_APP_KEY or APP_KEY, whichever the image reads. Then re-create the container and run check.";
    key_kept_somewhere = "To keep it, change where the container is defined (compose file, pod, template): put this file into a named volume or a folder of the host that is mounted there, or set the key in the environment, as FREESCOUT_APP_KEY or APP_KEY, whichever the image reads. Then re-create the container and run check.";
    finding_setting_elsewhere(place, name) = "{place} sets {name} to a different value from .env, and overrides it: FreeScout may use a different database from the one read here.";
    finding_setting_elsewhere_cached(place, name) = "{place} sets {name} to a different value from .env. The config cache hides it until it is removed or rebuilt.";
    finding_setting_elsewhere_unsure(place, name) = "{place} sets {name} to a different value from .env. It is not certain that this applies to this install.";
    finding_key_elsewhere_definition(place, key, opens, total) = "{place} sets APP_KEY to {key}, which overrides .env: with it, FreeScout can read {opens} of {total}. Change that line, then re-create the container (docker compose up -d), and run check again; this program does not write to that file.";
    finding_key_elsewhere_made_anew(place, key, opens, total) = "{place} sets APP_KEY to {key}: the next time the container is re-created, this key overrides .env. It can read {opens} of {total}. Change that line first.";
    finding_key_elsewhere_created(key, opens, total) = "The container was created with APP_KEY set to {key} in its environment, which overrides .env each time it starts: with it, FreeScout can read {opens} of {total}. It can only be changed by creating the container anew with the right key (docker run -e APP_KEY=…, or the compose file); run check again after that.";
    change_created(key) = "to do by hand: the container was created with APP_KEY set to {key} in its environment, which overrides .env; create it anew with the key of this plan in its place (docker run -e APP_KEY=…, or the compose file), and run check after that";
    set_at_creation = "The environment that the container was created with";
    definition_broken(path, line) = "{path}, from which the container was created, is not valid YAML (line {line}): it is not known whether it sets APP_KEY for the next start. Correct it, and run check again.";
    definition_too_much(path) = "{path}, from which the container was created, is longer or more nested than this program reads, or refers to itself: it is not known whether it sets APP_KEY for the next start. Look for APP_KEY in it.";
    definition_untold(path, line) = "{path}, line {line}, names a file by a variable whose value is not known here: it is not known whether that file sets APP_KEY for the next start. Look for APP_KEY in it.";
    definition_not_understood(path, line) = "{path}, line {line}, from which the container was created, may set APP_KEY in a way that this program does not understand. Look at that line.";
    definition_name_untold(path) = "{path} names its container by a specifier that is not known here: if it makes this container, it may set APP_KEY for its next start. Look for APP_KEY in it.";
    definition_missing(path) = "{path}, from which the container was created, or which that names, is not on this host (Portainer and similar tools keep theirs in a container of their own). What the container has now is known; whether its next creation sets another APP_KEY is not.";
    definition_not_a_file(path) = "{path}, from which the container was created, or which that names, is no file but a folder, a pipe or a link that leads nowhere: it is not known whether its next creation sets another APP_KEY. Docker makes a folder where a file that it is to mount is missing. Put the file back, and run check again.";
    definition_not_text(path) = "{path}, from which the container was created, or which that names, is not UTF-8 text (some editors on Windows save UTF-16): it is not known whether its next creation sets another APP_KEY. Save it as UTF-8, and run check again.";
    definition_not_named(path) = "{path}, from which the container was created, no longer has its service. What the container has now is known; whether its next creation sets another APP_KEY is not.";
    definition_never_started(path) = "{path} is not there: Podman writes it when the container is started for the first time. Until then its volumes, mounts and environment are not known, only its image: an install that is found in that may not be the one that the container will have. Start the container once, and run check again.";
    definition_database(path, why) = "{path}, in which Podman keeps what the container was created from, {why}: whether its next creation sets another APP_KEY is not known. Look for APP_KEY in the compose file or unit that creates the container.";
    database_too_large = "is larger than this program reads (16 MiB)";
    database_damaged = "is damaged or cut off";
    database_strange = "is not laid out as Podman does it, or takes too long to answer";
    set_by_definition = " (definition of the container)";
    change_at_start(place, variable, key) = "to do by hand: {place} sets {variable} to {key}, and the container's next start writes that over the key of this plan in .env; set {variable} there to the key of this plan (or remove that line), then run check after the restart";
    change_secret_at_start(place, key) = "to do by hand: {place} is the secret with {key} that the container's next start writes over the key of this plan in .env; put the key of this plan into that file, re-create the container (docker compose up -d --force-recreate), and run check after that";
    change_at_start_somewhere(variable, key) = "to do by hand: {variable} is set to {key} where the container is defined (compose file, pod, template), and its next start writes that over the key of this plan in .env; set {variable} there to the key of this plan, re-create the container, and run check after that";
    change_definition(place, key) = "to do by hand: {place} sets APP_KEY to {key}; set it there to the key of this plan, then re-create the container (docker compose up -d), and run check after that";
    set_in_file(path, line, by) = "{path}, line {line}{by},";
    set_in_process(pid) = "The environment of process {pid}";
    set_by_pool(name) = " (FPM pool {name})";
    set_by_site(name) = " (web server, {name})";
    set_by_service(name) = " (service {name})";
    set_by_cron = " (crontab)";
    set_by_everyone = " (logins and cron)";
    finding_setting_elsewhere_taken_over(place, name) = "{place} takes {name} from somewhere else, or sets it only under a condition, so its value cannot be read from that file. If it applies to this install, it overrides .env.";
    change_elsewhere(place, key) = "to do by hand: {place} sets APP_KEY to {key}; remove it there, or it overrides the key of this plan";
    recovered_but_elsewhere = "FreeScout does not use this key yet.";
    handover_key_elsewhere = "Without the config cache, FreeScout would use a key that is set in a file which this program does not write.";
    finding_key_file_unreadable(path, why) = "APP_KEY_FILE names {path}, which cannot be read: {why}. FreeScout does not start like this.";
    finding_key_file_barred(path, user) = "APP_KEY_FILE names {path}, which {user}, the account FreeScout runs as, may not read. FreeScout gets no key from it and does not start like this. Let {user} read it (chgrp, chmod 0440), or set its owner where the secret is defined. If FreeScout runs as another account, name that with --web-user. To try its key now, use --key-file with that file.";
    finding_web_user_untold = "All of FreeScout belongs to root, but anybody on this server may change .env or the config cache, so it is not known which account FreeScout runs as. Name it with --web-user (www-data, for example), and remove the write permission (chmod o-w on the folder, .env, bootstrap/cache and its files). Until then this program uses the rights of nobody on FreeScout, and does not run PHP.";
    finding_env_refused_now(line) = "FreeScout does not start: it cannot read line {line} of .env, where a value with spaces needs quotes. Put that value in double quotes.";
    finding_env_refused(line) = "FreeScout cannot read line {line} of .env: a value with spaces needs quotes. Without the config cache it does not start.";
    finding_under_other_key(count: number, key) = count {
        One "1 secret is encrypted with {key}, which is not the current key.",
        Other "{count} secrets are encrypted with {key}, which is not the current key.",
    };
    finding_under_unknown_key(count: number) = count {
        One "1 secret cannot be decrypted with any known key: either its key has not been found, or its stored text was changed.",
        Other "{count} secrets cannot be decrypted with any known key: either their key has not been found, or their stored texts were changed.",
    };
    finding_damaged(count: number) = count {
        One "1 secret is damaged and cannot be decrypted with any key as it is.",
        Other "{count} secrets are damaged and cannot be decrypted with any key as they are.",
    };
    finding_plaintext(count: number) = count {
        One "1 password is stored unencrypted. FreeScout reads it as empty.",
        Other "{count} passwords are stored unencrypted. FreeScout reads them as empty.",
    };
    finding_plaintext_untold(count: number) = count {
        One "1 password is stored unencrypted. It is not known whether this version of FreeScout reads it, so it is left as it is.",
        Other "{count} passwords are stored unencrypted. It is not known whether this version of FreeScout reads them, so they are left as they are.",
    };
    finding_plaintext_until_update(count: number) = count {
        One "1 password or token is stored unencrypted. This version of FreeScout reads it; 1.8.232 and later will not. Run this program again after an update.",
        Other "{count} passwords or tokens are stored unencrypted. This version of FreeScout reads them; 1.8.232 and later will not. Run this program again after an update.",
    };
    finding_awaits_migration(count: number) = count {
        One "1 password is stored unencrypted, because FreeScout's migrations have not run on this database. Run `php artisan migrate` as the web user: it encrypts it. It is left as it is.",
        Other "{count} passwords are stored unencrypted, because FreeScout's migrations have not run on this database. Run `php artisan migrate` as the web user: it encrypts them. They are left as they are.",
    };
    finding_would_seal_again(count: number) = count {
        One "1 secret is already encrypted, but FreeScout's migration that encrypts it is not marked as run: `php artisan migrate` would encrypt it a second time. After that, run this program again.",
        Other "{count} secrets are already encrypted, but FreeScout's migration that encrypts them is not marked as run: `php artisan migrate` would encrypt them a second time. After that, run this program again.",
    };
    finding_version_untold(stated) = "config/app.php states the version \"{stated}\", which is not a released version. Values stored unencrypted are left as they are.";
    finding_version_not_stated = "config/app.php does not state FreeScout's version. Values stored unencrypted are left as they are.";
    finding_system_mail_broken(version) = "FreeScout {version} has a bug: it sends the system mail password in a wrong form, whatever the key. Update FreeScout.";
    finding_nested(count: number) = count {
        One "1 secret was encrypted twice.",
        Other "{count} secrets were encrypted twice.",
    };
    finding_salvageable(count: number) = count {
        One "1 secret may be salvageable: a known key decrypts it, although its MAC does not confirm it.",
        Other "{count} secrets may be salvageable: a known key decrypts them, although their MAC does not confirm it.",
    };
    finding_older_found(count: number) = count {
        One "1 secret that is lost today exists in an older copy that a known key decrypts: `recover --take-older` brings it back.",
        Other "{count} secrets that are lost today exist in older copies that a known key decrypts: `recover --take-older` brings them back.",
    };
    finding_older_offered(count: number) = count {
        One "1 secret that is lost today exists in an older copy, but it is not certain that it belongs to this install. It is never used automatically: the wizard offers it where passwords are entered, and says where it comes from.",
        Other "{count} secrets that are lost today exist in older copies, but it is not certain that those belong to this install. They are never used automatically: the wizard offers them where passwords are entered, and says where each comes from.",
    };
    finding_password_in_log(count: number) = count {
        One "A text that is probably a password is readable in FreeScout's logs: a failed login left it there. Once everything works again, delete that log entry, and change the password if others could read the logs.",
        Other "{count} texts that are probably passwords are readable in FreeScout's logs: failed logins left them there. Once everything works again, delete those log entries, and change the passwords if others could read the logs.",
    };
    finding_failed_mails(count: number) = count {
        One "FreeScout gave up 1 email, and will not send it by itself. When the outgoing logins work again: `resend` shows it, and `resend --yes` has it sent. FreeScout deletes it from its list once a week.",
        Other "FreeScout gave up {count} emails, and will not send them by itself. When the outgoing logins work again: `resend` shows them, and `resend --yes` has them sent. FreeScout deletes them from its list once a week.",
    };
    finding_probably_wiped(owner, place) = "{owner}, {place}: a password is needed, but none is stored. It was probably wiped by saving the form with an empty password field.";
    finding_licences(count: number) = count {
        One "1 of the unreadable secrets is a module licence: FreeScout's daily check will switch that module off.",
        Other "{count} of the unreadable secrets are module licences: FreeScout's daily check will switch those modules off.",
    };
    finding_published_key(key, published) = "{key} is public ({published}): change to a new key.";
    finding_published_key_in_force(key, published) = "The current key, {key}, is public ({published}): anybody can read what it encrypts. Change to a new key.";
    finding_given_key_useless(key, source) = "The given key ({source}, {key}) decrypts none of the stored secrets. Name the file with the right key, or leave out --key-file.";
    finding_database_settings_differ = "The config cache and .env name different databases. FreeScout now uses the one in the cache; once the cache is cleared, it uses the one in .env.";
    finding_root_owned(path) = "{path} belongs to root, but the web user must be able to write it. Change its owner with chown, or pages will fail.";
    finding_not_transactional(table) = "Table {table} uses a storage engine without transactions: a recovery could not be rolled back there.";
    finding_older_schema(missing) = "The database is older than this version of FreeScout: {missing} does not exist, so it was not checked.";
    finding_not_root = "Not running as root: other users' processes cannot be inspected.";
    finding_not_writable(help) = "As things are now, nothing can be recovered here. {help}";
    finding_env_world_readable(paths, user) = "Every account on this system can read {paths}, and in there APP_KEY and passwords. Take that right away from others (chmod o-r), after making sure that {user} can still read it as owner or by its group.";
    finding_env_world_readable_served(paths, link, user) = "Every account on this system can read {paths}, and in there APP_KEY and passwords. {link} leads there, so the web server may hand it out to anybody: remove that link. Take that right away from others (chmod o-r), after making sure that {user} can still read it as owner or by its group.";
    finding_env_world_readable_user = "the account FreeScout runs as";
    finding_key_has_no_copy(command) = "The journal knows of no safe and no page with the key in force: if .env is lost, so are all passwords. Make a copy and keep it away from this server (on paper with --paper in place of --output FILE): {command}";
    finding_cache_older_than_env(built, changed) = "The config cache was built at {built} UTC, and .env was changed after that, at {changed} UTC. Both contain the same key, but other settings may differ: FreeScout uses those of the cache until it is cleared, and then those of .env.";
    finding_install_page = "Do not open /install.php in a browser: with the key configured as it is, it would write a new one into .env.";
    key_error_empty = "it is empty";
    key_error_length(bytes: number) = "it is {bytes} long instead of 32",
        bytes { One "1 byte", Other "{bytes} bytes" };
    key_error_trailing = "there is something after its end";
    key_error_encrypted(program) = "it was encrypted by {program}, and was not decrypted before FreeScout read it";

    // sentences: secrets and verdicts
    kind_incoming = "incoming password";
    kind_outgoing = "outgoing password";
    kind_oauth = "OAuth token";
    kind_system_mail = "system mail password";
    kind_module_option = "module option";
    kind_license = "module licence";
    place_of_mailbox(what, id) = "{what} (mailbox {id})";
    place_of_owner(owner, place) = "{owner}, {place}";
    place_in_row(what, table, id) = "{what} ({table} row {id})";
    place_in_env(name) = "{name} in .env";
    place_access_token = "OAuth access token";
    place_refresh_token = "OAuth refresh token";
    place_option = "setting";
    kind_invited_user = "placeholder password of an invited user";
    kind_env_value = ".env value";
    verdict_opens(key) = "Decrypts with the current key, {key}.";
    verdict_other_key(key) = "Decrypts with {key}, not with the current key.";
    reads_empty = "FreeScout reads it as empty.";
    reads_as_stored = "FreeScout uses the encrypted text itself as the password, so the field does not look empty.";
    reads_as_stored_token = "FreeScout uses the encrypted text itself as the token.";
    reads_license = "FreeScout uses the encrypted text itself as the licence.";
    reads_module = "Its module cannot read it.";
    reads_invited = "This does no harm: the invitation still works.";
    verdict_unknown_key = "Cannot be decrypted with any known key: its key is not found yet, or the stored value was changed.";
    verdict_damaged_key(key) = " It was encrypted with {key}.";
    verdict_plaintext = "Stored unencrypted; FreeScout reads it as empty.";
    verdict_plaintext_as_it_is = "Stored unencrypted, as this version of FreeScout does.";
    verdict_plaintext_still_read = "Stored unencrypted. This version of FreeScout uses it as it is; 1.8.232 and later will not.";
    verdict_plaintext_awaits = "Stored unencrypted. FreeScout reads it only after its migrations have run (php artisan migrate).";
    verdict_plaintext_untold = "Stored unencrypted. It is not known whether this version of FreeScout uses it.";
    verdict_plaintext_works = "Stored unencrypted; FreeScout uses it as it is.";
    verdict_nested(key) = "Encrypted twice, the outer layer with {key}. FreeScout reads the inner encrypted text instead of the password.";
    verdict_nested_closed(key) = "Encrypted twice; the outer layer decrypts with {key}, but no known key decrypts the inner one.";
    verdict_wiped = "Empty, although a password is needed: probably wiped by saving the form with an empty password field.";
    verdict_null = "Saved as \"no password\" by the settings page.";
    verdict_empty = "Nothing is stored.";
    salvage_missing(key) = "Its MAC is missing, but {key} decrypts it to a valid value: it may be salvaged, without proof that it is right.";
    salvage_upper_case(key) = "Its MAC is the right one for {key} but in upper case, which FreeScout rejects: it may be salvaged.";
    salvage_wrong(key) = "Its MAC is wrong, but {key} decrypts it to a valid value: it may be salvaged, without proof that it is right.";
    damage_bad_base64 = "Damaged: the stored text contains invalid characters.";
    damage_bad_json = "Damaged: the stored text is not the JSON it should be.";
    damage_no_mac = "Damaged: the MAC is missing.";
    damage_bad_iv = "Damaged: the initialisation vector is not 16 bytes.";
    damage_truncated = "Damaged: the stored text is truncated.";
    damage_bad_padding = "Damaged: the MAC is right, but the ciphertext does not decrypt.";
    damage_not_serialized = "Decrypts, but not to the serialised value that FreeScout requires, so it reads as empty.";
    damage_bad_meta = "Damaged: the mailbox's meta is not JSON, so its OAuth tokens cannot be read.";
    damage_of_newer_version = "Encrypted, as newer versions of FreeScout do. This version stores it unencrypted, and uses the encrypted text itself.";
    damage_too_long = "Too long to be one of FreeScout's secrets; it was not read.";
    action_nothing = "nothing stored, nothing to do";
    action_keep = "stays as it is";
    action_keep_until(key) = "stays as it is, and becomes readable when {key} is the current key again";
    action_reseal(key) = "re-encrypted, until now encrypted with {key}";
    action_seal = "encrypted for the first time";
    action_leave = "left as it is";
    action_leave_to_migration = "left as it is: FreeScout's migrations will encrypt it";
    action_enter_plain = "the new password is stored, unencrypted as in this version";
    action_unwrap = "both layers decrypted, then encrypted once";
    action_repair = "rewritten in the form FreeScout reads, and re-encrypted";
    action_salvage(key) = "salvaged with {key}, without proof that it is right";
    older(what, date, source) = "the {what} of {date}, from {source}";
    older_with_origin(older, origin) = "{older} ({origin})";
    older_stood(origin) = "From: {origin}.";
    older_of_table(table, database) = "table {table} of database {database}";
    older_of_table_alone(table) = "table {table} of an unnamed database";
    older_of_database(database) = "database {database}";
    older_of_nowhere = "an unnamed database and table";
    older_not_taken = "Older passwords that were not used, because it is not certain that they belong to this mailbox. The wizard offers them where passwords are entered:";
    doubt_no_row = "It was recognised by an address near it, not read from a row.";
    doubt_other_database(own) = "That is another database: this install uses {own}.";
    doubt_other_server(host) = "That is a database of the same name on another server, {host}.";
    doubt_other_table(own) = "That is another table: this install uses {own}.";
    doubt_no_table = "Nothing says which table it is from.";
    doubt_other_install = "It is in a backup of another install.";
    doubt_other_address(address) = "The row there belongs to {address}.";
    doubt_no_address = "The row there has no address.";
    doubt_other_row(row) = "The row with this address is number {row} there.";
    doubt_other_login(login, server) = "It was for another login: {login} on {server}.";
    doubt_unsure = "The line that names the database may be part of the text of an email.";
    doubt_disagreement = "Other copies that just as likely belong to this install contain another password.";
    doubt_superseded = "A newer one is known.";
    logged(date, seen_in) = "a password seen on {date} in {seen_in}, unconfirmed";
    logged_undated(seen_in) = "a password seen in {seen_in}, unconfirmed";
    older_undated(what, source) = "an older {what} of unknown date, from {source}";
    action_enter = "the new password is stored";
    action_stays_lost = "stays unreadable; its password is needed";
    action_lost_oauth = "stays unreadable; connect the mailbox again in the browser";
    action_lost_license = "stays unreadable; enter the licence again under Modules";
    action_lost_module = "stays unreadable; enter it again in the settings of its module";
    action_lost_invited = "stays unreadable, which does no harm";

    // sentences: keys, strategies, backup
    source_backup(created, path) = "the backup of {created} ({path})";
    source_given = "given by you";
    source_stdin = "standard input";
    source_layer(container, inside, path) = "a layer of the {container}, {inside} ({path})";
    source_layer_of_none(inside, path) = "a layer that no container uses now, {inside} ({path})";
    source_line(line) = ", line {line}";
    source_misspelled(fault) = " ({fault})";
    key_opens(opens, total) = "decrypts {opens} of {total}";
    key_opens_nothing = "decrypts nothing here";
    key_in_force = ", current key";
    timeline_head = "When each key was in use, from the emails sent:";
    timeline_era(first, last, key, mails) = "{first} to {last}  {key}  {mails}";
    timeline_mail = "1 email";
    timeline_mails(mails: number) = "{mails}",
        mails { One "1 email", Other "{mails} emails" };
    timeline_more(more: number) = "and {more}",
        more { One "1 shorter period", Other "{more} shorter periods" };
    timeline_until(key, last) = "{key} was in use until {last}: a backup made shortly before then contains it.";
    timeline_between(key, first, last) = "{key} was in use from {first} to {last}: a backup made during that time contains it.";
    timeline_lost_until(last, mails) = "Until {last} ({mails}), FreeScout used one or more keys that are not known here: a backup made shortly before then contains the last of them.";
    timeline_lost_between(first, last, mails) = "From {first} to {last} ({mails}), FreeScout used a key that is not known here: a backup made during that time contains it.";
    timeline_latest(last, key) = "The latest emails, up to {last}, were sent with {key}, which is not the current key: a worker that is still running may hold it.";
    timeline_lost_latest(last) = "The latest emails, up to {last}, were sent with a key that is not known here: a backup made at that time contains it, and a worker that is still running may hold it.";
    timeline_replaced(mails: number, last, key, backup) = mails {
        One "1 email, of {last}, was sent with {key}, which is no longer the current key; it is in the backup of {backup}.",
        Other "{mails} emails, the latest of {last}, were sent with {key}, which is no longer the current key; it is in the backup of {backup}.",
    };
    timeline_in_backup(key, last, backup) = "{key} was in use until {last}; it is in the backup of {backup}.";
    timeline_turns(first, last, one, other) = "From {first} to {last}, emails were sent with {one} and {other} alternately: two processes used different keys, such as the web side and a worker.";
    key_mails(mails: number) = ", {mails} sent with it",
        mails { One "1 email", Other "{mails} emails" };
    key_published_useless(published) = ", public ({published})";
    key_published(published) = ", PUBLIC ({published}): change it";
    why_published_key = "The current key is public, so everything should move to a new one.";
    why_old_key_opens_most = "Most secrets were encrypted with the old key.";
    why_old_key_opens_more = "Most secrets were encrypted with the old key. Putting it back also keeps replies, attachment links and the web cron working.";
    why_misspelled = "The right key is in the configuration, but misspelled: it is written there as FreeScout reads it.";
    why_old_key_configured = "The old key is already in the configuration; only the config cache is outdated.";
    why_old_key_sent_more = "Most emails were sent with the old key. Putting it back keeps replies to them, and links in them, working.";
    why_current_key_serves_more = "The current key decrypts more, or was used to send more emails; the rest is re-encrypted with it.";
    why_key_settled = "The last recovery made this the current key. What was saved with another key since is re-encrypted with it.";
    why_key_is_out_of_reach = "The key is set outside FreeScout's files, so it is kept and everything is re-encrypted with it.";
    why_only_repairs = "The current key is right; some stored values or the configuration need repair.";
    why_nothing_to_open = "What is left is damaged: only new passwords help.";
    why_key_missing = "Some secrets cannot be decrypted with any known key. An old .env, a backup or an editor's swap file may still contain theirs: look there before you enter passwords again.";
    why_no_usable_key = "There is no usable key, and nothing is encrypted with another one: a new key is made, and passwords are entered again.";
    impossible_no_old_key = "No other key that decrypts anything is known. Search for one first: in the wizard, or with find-key.";
    impossible_no_key_in_force = "There is no usable current key.";
    impossible_key_out_of_reach = "The key is set by the process environment (container or pool settings): change it there.";
    // access tokens
    oauth_nonsense = "The provider's reply cannot be understood.";
    backup_done(texts: number, files: number, kib, folder) = "Backup: {texts} and {files}, {kib} KiB, verified: {folder}",
        texts { One "1 database field", Other "{texts} database fields" },
        files { One "1 file", Other "{files} files" };
    backup_done_encrypted(texts: number, files: number, kib, folder) = "Encrypted backup: {texts} and {files}, {kib} KiB, decrypted again and verified: {folder}",
        texts { One "1 database field", Other "{texts} database fields" },
        files { One "1 file", Other "{files} files" };

    // connection tests
    probe_days_left(days) = "{days} d left";
    probe_no_expiry = "no expiry";
    probe_expired_days(days) = "expired {days} d ago";
    probe_issued_by(issuer) = "by {issuer}";
    probe_folder(folder, count: number) = "{folder} {count}",
        count { One "1 email", Other "{count} emails" };
    journey_subject = "freescout-rescue connection test";
    journey_body = "This email was sent by freescout-rescue to test whether this mailbox can send and receive. You can delete it.";

    // connection tests: how they ended, in a word or two
    code_ok = "works";
    code_would_work = "would work";
    code_not_tried(why) = "not tried: {why}";
    code_dns = "no such host";
    code_refused = "connection refused";
    code_unreachable = "unreachable";
    code_timeout = "no answer";
    code_tls_handshake = "TLS failed";
    code_tls_wrong_mode = "wrong encryption setting";
    code_cert_expired = "certificate expired";
    code_cert_name = "certificate for another name";
    code_cert_untrusted = "certificate not trusted";
    code_not_a_mail_server = "not a mail server";
    code_other_server = "another server answered";
    code_starttls_refused = "STARTTLS refused";
    code_auth_rejected = "login refused";
    code_app_password_required = "app password required";
    code_basic_auth_disabled = "passwords switched off";
    code_smtp_auth_disabled = "SMTP login switched off";
    code_service_disabled = "access blocked";
    code_rate_limited = "too many logins";
    code_auth_unavailable = "no login possible";
    code_oauth_expired = "token expired";
    code_oauth_rejected = "token refused";
    code_folder_missing = "folder missing";
    code_sender_refused = "sender refused";
    code_protocol_error = "protocol error";
    code_no_password = "no password";
    code_unreadable_password = "unreadable";
    code_unreadable_in_full = "unreadable password";
    code_not_needed = "no login needed";
    code_not_configured = "not configured";
    code_same_as_before = "not tried";
    code_no_resolver = "nothing in the container can resolve names";
    code_container_stopped = "the container is stopped";
    code_cannot_tell = "this program cannot tell";
    code_our_fault = "not tested: a bug in this program";

    // connection tests: what to do
    advice_wrong_password = "The user name or password is wrong. Enter the password again, or look it up at the provider.";
    advice_password_expired = "The server says the password has expired: set a new one there, then enter it here.";
    advice_google_password = "Wrong or revoked. Google accepts app passwords only: create a new one (myaccount.google.com/apppasswords) and enter it without spaces.";
    advice_google_app_password = "Two-step sign-in is on: create an app password (myaccount.google.com/apppasswords) and enter it without spaces.";
    advice_google_spaces = "The stored app password contains spaces. Google displays it with spaces; enter the 16 letters without them.";
    advice_google_browser = "Google blocked this sign-in. Sign in to the account in a browser, allow it, then test again.";
    advice_yahoo_app_password = "Yahoo and AOL accept app passwords only: create one in the account's security settings.";
    advice_icloud_app_password = "iCloud accepts app-specific passwords only (account.apple.com), and for IMAP often the name before the @ alone.";
    advice_fastmail_app_password = "Fastmail accepts app passwords only: Settings, Privacy & Security, Integrations.";
    advice_microsoft_oauth(url) = "Microsoft no longer accepts passwords here: connect the mailbox by OAuth, {url}";
    advice_microsoft_smtp_auth = "SMTP AUTH is switched off: the Microsoft 365 administrator has to enable Authenticated SMTP for this mailbox.";
    advice_microsoft_not_connected = "Signed in, but denied access to the mailbox: wrong shared-mailbox name, missing IMAP permission of the app, or throttling.";
    advice_microsoft_token_refused(url) = "The token was refused: check the app's permissions and the mailbox's name, then connect again, {url}";
    advice_token_refused(url) = "The token was refused: connect the mailbox again in the browser, {url}";
    advice_too_many = "Not the password: too many connections or logins. Wait a few minutes, then test again.";
    advice_too_many_failed = "Refused after too many failed logins: the password may be wrong, or the account locked for a while. Wait before you try another one.";
    advice_try_later = "Not the password: the server cannot check it right now. Test again later.";
    advice_in_use = "Not the password: another program has this mailbox open. Test again in a minute.";
    advice_enable_protocol(protocol) = "{protocol} is switched off for this account: enable it in the provider's mail settings.";
    advice_enable_imap_or_app_password = "IMAP is switched off for this account, or an app password is needed: check the provider's mail settings.";
    advice_contact_admin = "The account is blocked: ask the mail server's administrator.";
    advice_needs_encryption(url) = "The server accepts logins only over an encrypted connection: choose STARTTLS or SSL in FreeScout, {url}";
    advice_no_login_method(url) = "The server offers no login method that FreeScout can use here: check port and encryption, {url}";
    advice_not_judged = "The server refused without judging the password: see its message, and ask its administrator or the provider.";
    advice_other_server(server, other) = "Another server answered in place of {server}: {other}. Ask the hosting to let mail connections out; the password was not judged.";
    advice_account_locked = "The account is locked, whatever the password: try no other one, ask the mail server's administrator to unlock it.";
    advice_needs_admin = "Not the password: the server has a lasting problem with this account. Ask its administrator.";
    advice_server_fault = "Not the password: the mail server has a fault of its own. Test again later, or tell its administrator.";
    advice_not_allowed_in = "Not the password: this account is not allowed in here. Ask the mail server's administrator to permit it.";
    advice_referral(url) = "The account is on another server, named in the answer: enter that name in FreeScout, {url}";
    advice_client_certificate = "Not the password: the server wants a client certificate, which FreeScout has not. Ask its administrator for a login without.";
    advice_plain_letters = "The server takes no letters beyond ASCII (ä, é, ü) in a password: set one of plain letters and digits there, then enter it.";
    advice_wrong_or_not_plain = "Wrong, or its letters beyond ASCII (ä, é, ü) did not come over: set a password of plain letters and digits there, then enter it.";
    advice_no_such_user = "The server knows no such user: correct the user name. With Proton Bridge, use the name and the password that Bridge displays.";
    advice_never_connected(url) = "The user name holds a client id, but the mailbox was never connected by OAuth: connect it there, {url}";
    advice_microsoft_policy(url) = "Not the password: a policy of Microsoft 365 blocks this login. Its administrator has to allow it, or connect by OAuth, {url}";
    advice_mailbox_closed = "Not the password: the account has no mailbox that can be used (no licence, or disabled). Ask the administrator.";
    advice_mail_ru_app_password = "Mail.ru accepts app passwords only: create one for mail in the account's security settings, then enter it.";
    advice_yandex_access = "Yandex wants an app password, and mail programs allowed in the mail settings (Email clients). Do both, then enter the app password.";
    advice_yandex_robot = "Not the password: Yandex takes this sender for a robot. Sign in to the account in a browser, answer its question, then test again.";
    advice_authorization_code = "This provider accepts authorization codes (授权码) only, not the password: create one in its webmail settings, then enter it.";
    advice_netease_unnamed(url) = "The password is right, but the provider refuses IMAP programs that send no ID, like FreeScout: choose POP3, {url}";
    advice_mail_programs_off = "The password may be right: allow mail programs (POP3/IMAP) in the webmail settings. With two-step sign-in, enter an app password.";
    advice_mailbox_password = "Wrong, or not this mailbox's: the user name is the whole address, the password the mailbox's, not the hosting account's.";
    advice_ovh_blocked = "Wrong, or OVHcloud has blocked sending for this mailbox: look at its state in the control panel. A new password there unblocks it.";
    advice_zoho_app_password = "Wrong, or not for mail programs: with two-step sign-in Zoho wants an app password; for accounts in the EU the server is in zoho.eu.";
    advice_zoho_restricted = "Not the password: Zoho allows this account no mail programs (free plan, or its administrator). Allow them there, or change the plan.";
    advice_ses_credentials = "Amazon SES wants SMTP credentials made in its console for this very region; an access key and its secret do not work here.";
    advice_sendgrid_key = "SendGrid wants the word apikey as the user name and an API key as the password: create a new key, then enter it.";
    advice_brevo_key = "Brevo wants its SMTP login and an SMTP key, not the account's password: create a key (SMTP & API), then enter it.";
    advice_mailgun_credentials = "Mailgun wants the SMTP user and password of the domain, not the account's: reset them there, then enter them. EU: smtp.eu.mailgun.org.";
    advice_postmark_token = "Postmark wants the server's API token as user name and password, or an SMTP token's two keys: copy them there, then enter them.";
    advice_credits_used = "Not the password: the account's plan is used up. Look at its limits and its billing at the provider.";
    advice_address_not_allowed = "Not the password: this server's IP address is not on the account's list, as after a move. Add it in the provider's security settings.";
    advice_not_activated = "Not the password: the provider has not activated this account for sending yet. Look there, or ask its support.";
    advice_turned_away = "The server closed the connection or rejected it: this server's address may be blocked there, or the encryption setting is wrong.";
    advice_not_owner(email) = "Logged in, but this account may not send as {email}: allow it at the mail server.";
    advice_sender_refused(email) = "The server does not send for {email}: see its message, and ask its administrator to allow that address to this account.";
    advice_folder_missing(url) = "Logged in, but a folder that FreeScout fetches does not exist: correct it, {url}";
    advice_no_such_host = "The server's name has no address: correct the name in FreeScout, or check this machine's DNS (in a container, the container's).";
    advice_no_resolver = "There is neither getent nor PHP in the container to ask for the server's address. Test it from the container that FreeScout's PHP runs in, or name the address: --connect-to HOST:PORT=ADDRESS:PORT.";
    advice_start_container = "Its names and its network are there only while it runs: start the container, then test again.";
    advice_nobody_listens(server) = "Nothing is listening on {server}: check the port, and that the mail server is running.";
    advice_no_route(server) = "{server} cannot be reached from here: check the network and the firewall.";
    advice_no_answer(server) = "No answer from {server}: a firewall drops the packets, or the encryption setting does not fit the port.";
    advice_fell_silent(server) = "{server} answered at first, and then nothing more for too long: it may be overloaded. Test again later.";
    advice_speaks_tls(url) = "This port expects TLS from the first byte: choose SSL in FreeScout, {url}";
    advice_speaks_plain(url) = "This port does not start with TLS: choose STARTTLS (SMTP: TLS; POP3: port 995 and SSL) in FreeScout, {url}";
    advice_tls_broken = "The server ended the TLS handshake: see its message, check name and port, and ask who runs it.";
    advice_tls_failed = "The two sides have no TLS version or cipher in common: the server may be too old, or expect another port.";
    advice_only_tls12(url) = "After STARTTLS, FreeScout's IMAP offers TLS 1.2 only, and this server wants TLS 1.3: choose encryption SSL and port 993 there, {url}";
    advice_other_openssl(url) = "This server's TLS is older or weaker than the OpenSSL in this program takes. FreeScout's own OpenSSL may take it: press \"Check connection\" there, {url}";
    advice_certificate_expired = "The certificate has expired: the mail server's administrator has to renew it.";
    advice_certificate_name(said, url) = "The certificate is for {said}: enter that as the server's name in FreeScout, {url}";
    advice_certificate_untrusted = "The certificate is not signed by a trusted authority: install that authority's certificate on this server, or a proper certificate on the mail server.";
    advice_certificate_self_signed = "The certificate signed itself: add it to this server's authorities (with update-ca-certificates, say), put a proper one on the mail server, or turn off the check in FreeScout.";
    advice_certificate_authority_expired = "An authority behind the certificate is no longer valid: update this server's authorities (package ca-certificates), or have the mail server's certificate replaced.";
    advice_certificate_unsuitable(said) = "OpenSSL does not take this certificate for a mail server's: {said}. The mail server's administrator has to replace it.";
    advice_no_starttls(url) = "The server does not support STARTTLS on this port: choose SSL and its port (993, 465) in FreeScout, {url}";
    advice_not_a_mail_server(server) = "Something other than a mail server answers on {server}: check name, port and protocol.";
    advice_broken_protocol = "The server's answer is not what a mail server should say: see its message; check the port.";
    advice_unreadable = "FreeScout cannot read the stored password, so it was not tried: recover it, or enter it again if it is lost.";
    advice_nothing_stored = "No password is stored, so there is nothing to log in with: enter it.";
    advice_fault_of_version = "This version of FreeScout sends the system mail password in a wrong form, so testing the right one would prove nothing: update FreeScout.";
    advice_zero_password = "FreeScout treats the password 0 as no password when it fetches: choose another one.";
    advice_local_mailer = "FreeScout hands its emails to this server's own mailer: there is no login.";
    advice_of_module = "A module's own protocol: test it in FreeScout.";
    advice_no_server = "No server is configured.";
    advice_refused_before = "This password was already refused there; it is not sent again, so that the account is not locked.";
    advice_refused_elsewhere(protocol, server) = "{protocol} on {server} refused this password, so it was not tried here as well: too many refusals lock an account.";
    advice_token_refused_elsewhere(protocol, server) = "{protocol} on {server} refused this token, so it was not tried here as well: too many refusals lock an account.";
    advice_turned_away_elsewhere(protocol, server, why) = "{protocol} on {server} rejected this account ({why}), so it was not tried here as well.";
    advice_reconnect(url) = "The token is lost; the client secret is not. Connect the mailbox again in the browser, {url}";
    advice_reconnect_after_secret(url) = "Enter the client secret, then connect the mailbox again in the browser, {url}";
    advice_renewed_later = "The token has expired, which is normal: FreeScout renews it at its next fetch. This program does not renew it before the recovery.";
    advice_client_secret_expired(url) = "The client secret has expired or is wrong: create a new one in the provider's console, enter it, and connect again, {url}";
    advice_renewal_unreachable = "The token has expired, and the provider could not be reached to renew it: check this server's outgoing HTTPS connections.";
    advice_renewal_not_stored(url) = "The provider renewed the token, but it could not be stored: connect the mailbox again in the browser, {url}";
    advice_renewal_not_tried = "The token has expired. It was not renewed, because the new one could not be stored: the database is read-only.";
    advice_renewal_refused(url) = "The token has expired, and the provider did not renew it: see its message. Wait and test again, or connect the mailbox again, {url}";
    advice_reconnect_revoked(url) = "The provider no longer renews this connection: connect the mailbox again in the browser, {url}";
    mailbox_url(site, id, direction) = "https://{site}/mailbox/connection-settings/{id}/{direction}";
    system_mail_url(site) = "https://{site}/settings/emails";

    // connection tests: what works and should not be left so
    caution_clear_text = "The password is sent unencrypted.";
    caution_starttls_ignored = "FreeScout does not support STARTTLS for POP3: the password is sent unencrypted. Choose SSL, port 995.";
    caution_login_disabled = "The server requires encryption before login; FreeScout sends the password anyway.";
    caution_unchecked_expired = "FreeScout does not check it, but the certificate has expired.";
    caution_unchecked_name(names) = "FreeScout does not check it, but the certificate is for {names}.";
    caution_unchecked_untrusted = "FreeScout does not check it, but the certificate is not signed by a trusted authority.";
    caution_other_server(server) = "The server calls itself {server}: that is not the provider that is set.";
    caution_unchecked_self_signed = "FreeScout does not check it, but the certificate signed itself.";
    caution_unchecked_authority_expired = "FreeScout does not check it, but an authority behind the certificate is no longer valid.";
    caution_unchecked_unsuitable(said) = "FreeScout does not check it, but OpenSSL does not take the certificate for a mail server's: {said}.";
    caution_expires_soon(days) = "The certificate expires soon; days left: {days}.";
    caution_private_address = "FreeScout's settings form rejects this private address: add it to APP_REMOTE_HOST_WHITE_LIST before saving the form.";
    caution_no_login_offered = "The server offers no login; FreeScout sends without one.";
    caution_not_yet_readable(key) = "Tested with the password that {key} decrypts. FreeScout itself cannot read it yet.";
    caution_not_sealed = "Tested with the password as it is stored, unencrypted. FreeScout itself cannot read it yet.";
    caution_not_stored = "Tested with the password you entered. It is stored in step 7.";
    caution_form_untold = "Tested with the password as it is stored, unencrypted. It is not known whether this version of FreeScout reads it.";
    caution_not_sent_again = "This is the earlier answer: a refused password is not sent again while the wizard runs, to avoid a lock-out. If it was changed on the mail server since: ^K in step 6 keeps it as it is, and after the recovery the command `test` sends it.";
    caution_earlier_answer = "This is the earlier answer: it is not sent again unasked, to avoid a lock-out.";
    code_folder_refused = "folder not opened";
    code_sender_deferred = "sender put off";
    advice_name_as_stored(url) = "FreeScout looks the server up exactly as it is stored, blanks included, and takes IPv6 only in brackets, [::1]: correct the name, {url}";
    advice_name_matches_none(url) = "FreeScout accepts no certificate for a server written in brackets or with its port: enter the host name alone, {url}";
    advice_greeting_not_ok = "FreeScout only continues after a greeting that begins with * OK, in capitals; this server greets differently.";
    advice_answer_not_ok = "FreeScout only accepts OK in capitals as the answer to its login; this server writes it differently.";
    advice_cut_reply = "The reply lacks the blank that ends it: FreeScout waits for more until its time is up. The mail server has to be repaired.";
    advice_no_mechanism = "The server announces logins but names no method: FreeScout gives up. Leave the user name empty if no login is needed.";
    advice_sender_not_ascii = "FreeScout sends no emails from an address with such letters before the @: give the mailbox an address in plain letters.";
    advice_sender_deferred = "The server wants to be asked again later. FreeScout repeats its emails by itself; test again in some minutes.";
    advice_folder_not_listed(url) = "Logged in, but a folder to fetch is not in the server's list by its exact name, capitals included: correct it, {url}";
    advice_only_inbox(said, url) = "POP3 has INBOX alone, and FreeScout looks for {said} as well: take that off the folders to fetch, {url}";
    advice_other_protocol(server) = "A mail server answers on {server}, but one of another protocol: check the port and the protocol.";
    probe_not_listed(folder, names) = "{folder} is not in the list: {names}";
    advice_folder_refused = "Logged in, but the server does not open the mailbox: see its message, and ask the mail provider.";
    advice_list_refused = "Logged in, but the server does not list its folders: FreeScout finds none then, not even INBOX.";
    advice_list_empty = "Logged in, but FreeScout finds no folder in the server's list, not even INBOX.";
    advice_no_top = "The server does not know TOP, the command with which FreeScout reads emails by POP3: use IMAP.";
    caution_sends_in_clear = "The server refuses EHLO: FreeScout then sends unencrypted and without login, whatever is set.";
    caution_login_after_starttls = "FreeScout's own test may succeed: it sends without login here. Emails to others are refused, as a rule.";
    caution_own_address_refused(said) = "Sending works, but the server takes no emails for the mailbox's own address: {said}";
    advice_no_user = "FreeScout fetches nothing without a user name.";
    advice_unknown_encryption(url) = "FreeScout does not know the kind of encryption that is stored and ends with an error: choose one, {url}";
    advice_sender_not_written = "FreeScout sends no emails from an address that is written like this: correct the mailbox's address.";
    advice_line_break = "The password contains a line break, which POP3 cannot transmit: enter it again without.";
    caution_button_says_no = "FreeScout's own connection test fails here, as the server lists no INBOX; its fetch works.";
    caution_button_says_ok = "FreeScout's own connection test says that all is well here; its fetch gets nothing.";
    caution_inbox_made = "This Cyrus server creates an INBOX at the first login by POP3, if the account has none: the test may have done that.";
    advice_blank_at_end = "The server rejected the password. It ends in a blank, which some servers cut off in POP3: set a password without, or fetch by IMAP.";
    test_private_addresses(servers) = "FreeScout's settings form rejects the private addresses of {servers}: add them to APP_REMOTE_HOST_WHITE_LIST before saving the form.";
    check_logins_untested(program, again) = "Mail logins were not tested. This tests them all: {program} test {again}";
    journey_arrived(seconds) = "An email to itself arrived after {seconds} s and was removed.";
    journey_arrived_marked(seconds) = "An email to itself arrived after {seconds} s; it is marked as deleted, because this server cannot remove a single email.";
    journey_not_seen(seconds) = "An email to itself was accepted, but did not arrive within {seconds} s.";
    journey_refused(said) = "An email to itself was refused: {said}";
    journey_not_tried = "No email was sent: sending and fetching must both work, by IMAP.";
    system_mail = "System mail";
    rung_dns = "dns";
    rung_tcp = "tcp";
    rung_tls = "tls";
    rung_greeting = "greeting";
    rung_starttls = "starttls";
    rung_login = "login";
    rung_folder = "folder";
    rung_sender = "sender";
    direction_incoming = "incoming";
    direction_outgoing = "outgoing";
    test_progress(done, of: number) = "{done} of {of} tested",
        of { One "1 connection", Other "{of} connections" };
    test_summary(ok, of: number, failed, skipped: number) = "{ok} of {of}; {failed} failed, {skipped} not tried.",
        of { One "1 connection works", Other "{of} connections work" },
        skipped { One "1 was", Other "{skipped} were" };
    test_outage(server, why, logins) = "{server}: {why}. This concerns {logins}.";
    test_not_needed(count) = "No login needed: {count} more.";
    test_stopped = "Stopped: not every connection was tested.";
    test_nothing = "There is no mailbox to test.";
    test_nothing_next = "Add a mailbox in FreeScout, or name an existing one.";
    test_connect_to(text) = "{text} is not HOST:PORT=ADDRESS:PORT.";
    test_connect_to_next = "For example: --connect-to imap.example.org:993=127.0.0.1:10993";
    password_being_tried = "It is being tested on the mail server. Typing cancels the test.";
    password_unsettled = "Not tested yet. Enter tests it, ^K keeps it untested.";
    password_refused = "The mail server refused it. Type another, ^U for later, ^K keeps it anyway.";
    password_not_tried = "Not tried yet: ^T tries it once, ^K keeps it untested.";
    password_login_closed = "The server refused this login, whatever the password: ^T sends it again, ^K keeps it.";
    password_not_judged = "The server gave no verdict. Enter tries again, ^K keeps it untested.";

    // the watch
    history_watch(at, message) = "{at}  The watch: {message}";
    history_watch_ended(at, message) = "{at}  The watch: well again. It was: {message}";
    history_safe(at, count: number, keys, path) = "{at}  Saved to {path}: {count} ({keys})",
        count { One "1 key", Other "{count} keys" };
    history_page(at, count: number, keys) = "{at}  Saved on a page, or through standard output: {count} ({keys})",
        count { One "1 key", Other "{count} keys" };
    history_watch_alike(count) = "and {count} more of the same kind, told with it: history --json lists them";
    history_watch_gone(at, message) = "{at}  The watch: no longer there. It was: {message}";
    watch_round_failed = "The round could not be made.";
    watch_round_too_long(minutes) = "It took longer than {minutes} minutes, and was ended.";
    watch_check_next(command) = "To see what is wrong and what helps: {command}";
    watch_alarms_by_helpdesk(user) = "Alarms are sent by {user}, an account of this helpdesk: what stops its mail stops the alarm about it.";
    watch_alarms_by_helpdesk_next = "Choose another account for alarms in watch.toml.";
    watch_alarms_to_helpdesk(addresses) = "Alarms go to {addresses}, which this helpdesk fetches itself: when its mail stops, nobody reads them.";
    watch_alarms_to_helpdesk_next = "Name an address in watch.toml that somebody reads elsewhere.";
    watch_trial = "This is a trial alarm: alarms arrive here.";
    watch_trial_next = "Nothing.";
    watch_trial_of_none(settings) = "Nobody is to be told: no [alert] is set in {settings}.";
    watch_trial_of_none_next(program) = "{program} watch --example prints settings with comments.";
    watch_trial_told(channel) = "{channel}: told. See whether it has arrived.";
    watch_not_told(channel, why) = "{channel}: not told. {why}";
    watch_every_unknown(text) = "A round cannot be made every {text}.";
    watch_every_unknown_next(all) = "Choose one of these: {all}.";
    watch_output_failed(path) = "{path} could not be written.";
    watch_output_failed_next = "Name a file in a folder that may be written to.";
    watch_timer_shown = "Nothing was changed. With --yes, this is done:";
    watch_timer_language(language) = "Its rounds speak this language: --lang {language}";
    watch_timer_done = "Done:";
    watch_timer_nothing = "Nothing is to be done: it is so already.";
    watch_timer_removed_nothing = "There is no timer of ours.";
    watch_timer_write(path) = "write {path}";
    watch_timer_remove(path) = "remove {path}";
    watch_timer_run(command) = "run {command}";
    watch_timer_add(line) = "add to the crontab: {line}";
    watch_timer_take_out(line) = "take out of the crontab: {line}";
    watch_timer_replaced(command) = "It takes the place of a timer that runs: {command}";
    watch_no_folder_next = "Nothing was changed. Make the folder, or name another one.";
    watch_timer_idle = "No cron runs on this machine, so no round will be made before one does.";
    watch_days(days: number) = "{days}", days { One "1 day", Other "{days} days" };
    watch_hours(hours: number) = "{hours}", hours { One "1 hour", Other "{hours} hours" };
    watch_minutes(minutes: number) = "{minutes}", minutes { One "1 minute", Other "{minutes} minutes" };
    watch_cannot_record(why) = "What the watch sees cannot be written down, so no login is tried: {why}";
    watch_cannot_record_next = "Make the state folder usable again. A journal that is damaged can be moved away: then the watch begins anew, and runs before that can be undone by their backups alone.";
    watch_told_each_time(why) = "It cannot even be remembered what was told, so this comes with each round: {why}";
    watch_no_runtime_folder = "this account has no folder in /run.";
    watch_safe_unusable(why) = "The safe of the settings cannot be used, so a new key would be put nowhere: {why}";
    watch_safe_unusable_next = "Set [safe] right in the settings of the watch.";
    watch_installs_several(places) = "There is more than one FreeScout here ({places}). The one that was watched is watched on; nobody looks at the others.";
    watch_installs_several_next = "Name those that are to be watched in the settings of the watch, [[install]] for each, or watch all of them with --all.";
    watch_not_running(container) = "The container {container} is stopped: FreeScout does not run.";
    watch_not_running_start(start) = "Start it: {start}";
    watch_not_running_next = "Start it, as it was started before.";
    watch_vanished = "This FreeScout is not found any more.";
    watch_vanished_next(command) = "If it was removed on purpose: {command}";
    watch_as_of(time) = "as of {time}: freescout-rescue is at work on this install";
    watch_no_key = "no key";
    watch_cannot_look(why) = "FreeScout cannot be looked at: {why}";
    watch_key_changed(old, new, place) = "APP_KEY changed: {old} was in force, and now {new} is (from {place}).";
    watch_key_changed_by_us(run, old, new) = "APP_KEY was changed by freescout-rescue itself, in the {run}: {old} was in force, and now {new} is.";
    watch_key_changed_file(old, new, place, time, owner) = "APP_KEY changed: {old} was in force, and now {new} is, from {place}, which was last changed at {time} and belongs to {owner}.";
    watch_key_unreadable(unreadable: number, all) = "{unreadable} of {all} cannot be read now.",
        unreadable { One "1 secret", Other "{unreadable} secrets" };
    watch_key_holders(old, processes) = "{old} is still held by these processes: {processes}.";
    watch_key_restart_nothing = "Restart no worker and no PHP, and save no mailbox form in the browser.";
    watch_key_saved_next(path) = "Every key that could be found is in {path} now.";
    watch_key_unsaved_next(command) = "Save the keys right now, before anything is restarted: {command}";
    watch_key_bring_back(command) = "To bring the right one back: {command}";
    watch_key_saved(key, path) = "The key {key} was put into the safe: {path}.";
    watch_key_saved_away = "Keep a copy of it away from this server.";
    watch_key_not_safe(key) = "No safe was made with the key in force ({key}): if it is lost, so are all passwords.";
    watch_key_not_safe_next(command) = "Set `safe` in watch.toml, or make one and keep it elsewhere: {command}";
    watch_key_not_saved(key, why) = "The key {key} could not be put into the safe: {why}";
    watch_unreadable(what) = "Cannot be read with the key in force: {what}.";
    watch_password_changed(what) = "A password was changed: {what}.";
    watch_server_changed(address, way, from, to) = "{address}, {way}: changed from {from} to {to}.";
    watch_last_saved(time) = "In FreeScout, that mailbox was last saved at {time} by its clock; it does not note by whom.";
    watch_logged_in(logins) = "Administrators who had logged in on the day before that: {logins}; others may have been logged in already.";
    watch_login(name, time) = "{name} ({time})";
    watch_mailbox_added(address) = "A mailbox was added: {address}.";
    watch_mailbox_removed(address) = "A mailbox was removed: {address}.";
    watch_file_changed(path, time, owner) = "{path} was changed at {time}; it belongs to {owner}.";
    watch_file_gone(path) = "{path} is gone.";
    watch_jobs_failed(more: number, all: number) = "FreeScout gave up {more} since the last round; {all} in all.",
        more { One "1 job", Other "{more} jobs" }, all { One "1 job", Other "{all} jobs" };
    watch_jobs_failed_next(command) = "Manage → System → Status in FreeScout says why. To see which emails can be sent again when that is mended: {command}";
    watch_jobs_wait(waiting: number, since) = waiting {
        One "1 job waits in the queue, since {since}: mail is not sent.",
        Other "{waiting} jobs wait in the queue, the oldest since {since}: mail is not sent."
    };
    watch_jobs_wait_next = "See whether FreeScout's cron job runs each minute (php artisan schedule:run): it starts the queue worker.";
    watch_no_worker = "No queue worker runs, and jobs wait: mail is not sent.";
    watch_not_fetching(since) = "FreeScout has not fetched mail since {since}.";
    watch_not_fetching_next = "See whether FreeScout's cron job runs each minute (php artisan schedule:run).";
    watch_nothing_received(address, last, longest) = "{address} has received nothing since {last}; the longest pause before was {longest}.";
    watch_nothing_sent(address, last, longest) = "Nothing was sent from {address} since {last}; the longest pause before was {longest}.";
    watch_silent_next(command) = "That may be a quiet time. To be sure: {command}";
    watch_login_trouble(server, what) = "{server}: {what}";
    watch_login_fails(login, why) = "{login}: the login fails. {why}";
    watch_login_untold(login, why) = "{login}: it is not known whether the login works. {why}";
    watch_logins_fail(why, logins) = "{why}. These logins fail because of it: {logins}.";
    watch_logins_more(logins, more) = "{logins} and {more} more";
    watch_login_retry(command) = "This login is not tried again by itself. If the server was wrong, this sends it once more: {command}";
    watch_certificate_ends(server, days: number) = days {
        One "The certificate of {server} runs out within a day.",
        Other "The certificate of {server} runs out in {days} days."
    };
    watch_certificate_ended(server) = "The certificate of {server} has run out.";
    watch_certificate_next = "Who runs that mail server has to renew it.";
    watch_test_mail_lost(address) = "A test mail from {address} to itself did not come back.";
    watch_test_mail_next(command) = "To see what becomes of it: {command}";

    // the watch: what a round saw, for people and for those who are told
    watched_ok = "OK";
    watched_unknown = "UNKNOWN";
    watched_warning = "WARNING";
    watched_critical = "CRITICAL";
    watched_matter(state, message) = "{state}: {message}";
    watched_noted(message) = "NOTED: {message}";
    watched_reminder(state, message) = "STILL {state}: {message}";
    watched_over(message) = "OVER: {message}";
    watched_gone(message) = "NO LONGER THERE: {message}";
    watched_called(name, folder) = "{name} ({folder})";
    watched_more(count) = "and {count} more: watch --json lists all";
    watched_since(time) = "since {time}";
    watched_next(next) = "Next: {next}";
    watched_heading(name, state, time) = "{name}: {state}, seen {time}";
    watched_news = "New:";
    watched_standing = "Standing:";
    watched_secrets(value, of: number) = "{value} of {of}",
        of { One "1 secret readable", Other "{of} secrets readable" };
    watched_logins(value, of: number) = "{value} of {of}",
        of { One "1 login works", Other "{of} logins work" };
    watched_tried(logins, time) = "{logins} (last tried {time})";
    watched_well = "nothing is wrong";
    watched_figures(name, figures) = "{name}: OK, {figures}";
    watched_and_more(message, count) = "{message} (and {count} more)";
    watched_installs(well, of: number) = "{well} of {of}",
        of { One "1 install is well", Other "{of} installs are well" };
    watched_no_install = "no install was looked at";
    watched_check_not_ok(checks) = "not as it should be: {checks}";
    alert_subject(name, told) = "[FreeScout {name}] {told}";
    alert_where(name, path, host, time) = "FreeScout at {name}: {path} on {host}, seen {time}.";
    alert_where_in_container(name, path, container, host, time) = "FreeScout at {name}: {path} in the container {container} on {host}, seen {time}.";
    alert_look_again(command) = "To look again: {command}";
    alert_signature = "From freescout-rescue, which watches this helpdesk.";

    // the watch: who could not be told, and why
    not_told_open(path, why) = "{path} is not used: {why}";
    not_told_exposed(path) = "{path} can be read by every account on this server: make it readable by its owner alone (chmod 600).";
    not_told_no_password(path) = "{path} does not hold a password on one line.";
    not_told_header(path, line) = "{path}, line {line}: not a header of the form Name: value.";
    not_told_address(address) = "{address} is not a mail address that can be used here: it takes ASCII letters, one @, and no spaces.";
    not_told_no_recipient = "No recipient is named.";
    not_told_clear_text(server) = "The password would go to {server} unencrypted: choose STARTTLS or TLS.";
    not_told_server(server, why) = "{server}: {why}";
    not_told_mail_refused(said) = "the mail, or one of its recipients, was refused: {said}";
    not_told_not_https = "The address of the webhook is not one of https.";
    not_told_status(host, status) = "{host} answered with HTTP status {status}.";
    not_told_unreached(host, why) = "{host} could not be reached: {why}";
    not_told_no_log(why) = "Neither the journal nor syslog takes messages: {why}";
    not_told_not_started(program, why) = "{program} could not be started: {why}";
    not_told_relative(program) = "{program} is not the whole path of a program.";
    not_told_overdue(program, seconds) = "{program} did not end within {seconds} s, and was ended.";
    not_told_failed(program, status, said) = "{program} ended with {status}. {said}";
    not_told_ended_by_signal(program, signal) = "{program} was ended by signal {signal}.";
    not_told_sendmail(program, why, status, said) = "{program}: {why} (exit code {status}). {said}";
    not_told_hung = "It did not end in time.";
    sendmail_usage = "it was called in a way that it does not know, or no recipient is valid";
    sendmail_no_user = "a recipient does not exist";
    sendmail_no_host = "a recipient's mail server does not exist";
    sendmail_unavailable = "its mail service is not available";
    sendmail_software = "it failed by itself";
    sendmail_system = "the system did not let it work";
    sendmail_later = "it cannot take the mail for now";
    sendmail_not_allowed = "it may not send this mail";
    sendmail_configuration = "it is not set up";
    sendmail_refused = "it did not take the mail";

    // the watch: its settings
    watch_setting_line(line, mistake) = "Line {line}: {mistake}";
    watch_setting_syntax(why) = "This is not TOML ({why}).";
    watch_setting_unknown(key, allowed) = "There is no setting {key}; here there are: {allowed}.";
    watch_setting_must_be(key, wanted) = "{key} must be {wanted}.";
    watch_setting_missing(key) = "{key} is missing in this section.";
    watch_setting_neither(one, other) = "Either {one} or {other} is needed.";
    watch_setting_both(one, other) = "There are both {one} and {other}: leave one of them out.";
    watch_setting_needs(one, other) = "{one} is of no use without {other}.";
    watch_setting_in_the_clear(key) = "{key} may only be \"none\" for a relay on this machine (localhost): alarms name mailboxes and servers.";
    watch_setting_twice(key) = "{key} names an install that is named above.";
    watch_setting_text = "a text in quotes, on one line and not empty";
    watch_setting_texts = "a list of texts: [\"…\", \"…\"]";
    watch_setting_flag = "true or false";
    watch_setting_number(least, most) = "a whole number from {least} to {most}";
    watch_setting_time(least, most) = "a time from {least} to {most} in quotes: a whole number and s, m, h or d, as in \"{least}\"";
    watch_setting_path = "a whole path in quotes, from / on and without ..";
    watch_setting_address = "one mail address in quotes, without a name: \"admin@example.org\"";
    watch_setting_addresses = "a list of mail addresses: [\"admin@example.org\"]";
    watch_setting_https = "an address that begins with https://, without a user or password in it";
    watch_setting_host = "the name or the address of a server, without a port";
    watch_setting_one_of(names) = "one of {names}";
    watch_setting_section = "a section, not a value";
    watch_setting_sections = "a section with double brackets: [[install]]";
    watch_settings_unusable(path) = "The settings in {path} cannot be used.";
    watch_settings_mistake_next(program) = "Correct that line; {program} watch --example prints a file with every setting and what it may be.";
    watch_settings_unreadable_next(program) = "Make it readable for the account that runs the watch, or write a new one: {program} watch --example prints one with every setting.";
    watch_settings_absent_next(program) = "Check the path, or make the file: {program} watch --example prints one with every setting.";
    watch_settings_open_next(path) = "Who may change it decides what is run and where keys go, as the one who runs the watch. Have it and its folders belong to that account or to root, and take the right to write from all others: chmod go-w {path}";
    watch_settings_not_text = "It is not UTF-8.";

    // the watch: its timer
    timer_none = "There is neither systemd nor a crontab that this account may change, so nothing here can make rounds at set times.";
    timer_none_next(program) = "Have something of your own run this command every few minutes: {program} watch";
    timer_passing(path) = "{path} does not stay there: that folder is emptied, or is in memory.";
    timer_program_next = "Put the file where only root (or you) may write, and call it there: install -m 755 freescout-rescue /usr/local/sbin/";
    timer_word(word) = "{word} has characters that units of systemd or crontabs do not take.";
    timer_word_next = "Choose another name for it.";
    timer_foreign(path) = "{path} is there, and was not made by freescout-rescue: its first line says nothing of that.";
    timer_foreign_next = "It is left as it is. Move or remove it yourself if it is not needed, then run the same command again.";
    timer_changed(path) = "{path} was made by freescout-rescue, and was changed by hand since.";
    timer_changed_next = "It is left as it is. Move the changes into a drop-in (systemctl edit) or a line of your own, remove the file, and run the same command again.";
    timer_failed(command, said) = "{command} failed: {said}";
    timer_failed_next = "What was done before that stays. Set right what it complains of, then run the same command again: nothing is done twice.";
    timer_not_made = "The timer was not made.";
    timer_not_removed = "The timer was not removed.";

    // a good hour
    hour_quiet = "A quiet moment: nothing speaks against a recovery now.";
    hour_bad(signs) = "A bad hour: {signs}.";
    hour_maintenance = "FreeScout is in maintenance mode";
    hour_files_replaced = "files of the release were replaced within the last minutes";
    hour_migrations_pending(count: number) = count {
        One "an update is half done, 1 migration has not run",
        Other "an update is half done, {count} migrations have not run",
    };
    hour_backup_runs(program, pid) = "a backup runs ({program} {pid})";
    hour_jobs_run(count: number) = count { One "a worker is in the middle of a job", Other "workers are in the middle of {count} jobs" };
    hour_jobs_wait(count: number) = count { One "1 job waits", Other "{count} jobs wait" };
    hour_people_act = "people are working in FreeScout";
    hour_signed_in(count: number) = count { One "1 person has it open", Other "{count} people have it open" };
    hour_holds(texts: number, seconds: number) = "A recovery locks {texts} for about {seconds}.",
        texts { One "1 stored text", Other "{texts} stored texts" },
        seconds { One "1 second", Other "{seconds} seconds" };
    hour_waits_for(signs) = "Waiting for a quiet moment: {signs}.";
    hour_not_quiet(limit) = "There was no quiet moment within {limit}.";
    hour_not_quiet_next = "Nothing was changed. Wait longer, or leave out --wait-for-quiet: each row is compared before it is written, whatever the hour.";
    hour_called_off = "Stopped while waiting for a quiet moment.";
    hour_called_off_next = "Nothing was changed. Run the same command again.";

    // emails that FreeScout gave up
    resend_nothing = "There is no email to be sent again.";
    resend_head(count: number, oldest, newest) = "FreeScout gave up {count}, from {oldest} to {newest} by its clock.",
        count { One "1 email", Other "{count} emails" };
    resend_head_undated(count: number) = "FreeScout gave up {count}.",
        count { One "1 email", Other "{count} emails" };
    resend_reply(count: number) = count { One "1 reply to a customer", Other "{count} replies to customers" };
    resend_notification(count: number) = count { One "1 notification to agents", Other "{count} notifications to agents" };
    resend_auto_reply(count: number) = count { One "1 automatic reply to a customer", Other "{count} automatic replies to customers" };
    resend_reply_error(count: number) = count { One "1 notice that a reply by email was rejected", Other "{count} notices that a reply by email was rejected" };
    resend_alert(count: number) = count { One "1 alert to administrators", Other "{count} alerts to administrators" };
    resend_of_mailbox(mailbox, count) = "{mailbox}: {count}";
    resend_of_nobody(count) = "of no mailbox that is known: {count}";
    resend_held_back(count: number) = count {
        One "1 email is left where it is: FreeScout cannot read the outgoing password of its mailbox yet.",
        Other "{count} emails are left where they are: FreeScout cannot read the outgoing passwords of their mailboxes yet.",
    };
    resend_waiting(count: number) = count {
        One "1 email waits in the queue. FreeScout sends it by itself, within an hour of its last attempt.",
        Other "{count} emails wait in the queue. FreeScout sends them by itself, each within an hour of its last attempt.",
    };
    resend_twice = "Agents who already have a notification get it twice if it had failed for others only.";
    resend_needs_yes = "This is only what would be sent again. Add --yes to do it; --since DATE leaves out what is older. Nothing was changed.";
    resend_doing(done, of: number) = "Sent again: {done} of {of}",
        of { One "1 email", Other "{of} emails" };
    resend_done(count: number) = count {
        One "1 email is back in FreeScout's queue: its worker sends it now.",
        Other "{count} emails are back in FreeScout's queue: its worker sends them now, one after another.",
    };
    resend_left(count: number) = count {
        One "1 email could not be put back, and is still among those given up.",
        Other "{count} emails could not be put back, and are still among those given up.",
    };
    resend_failed = "FreeScout put no email back into its queue.";
    resend_failed_said_nothing = "Its own command (php artisan queue:retry) ended without an error, and nothing has changed.";
    resend_failed_next = "Nothing was changed. See Manage > System > Status in FreeScout: the button Retry there does the same.";
    resend_no_artisan = "Only FreeScout's own command can put emails back into its queue.";
    resend_no_artisan_next = "Leave out --no-artisan. Nothing was changed.";
    resend_all_held_back = "FreeScout cannot read the outgoing passwords of these mailboxes yet: the emails would fail again.";
    resend_recover_first = "Recover the passwords first (recover, or the wizard), then run this again. Nothing was changed.";
    resend_worker_first(pid) = "The queue worker with process id {pid} was started with another key: the emails would fail again.";
    resend_worker_next = "As the web user, in FreeScout's folder: php artisan queue:restart. Then run this again. Nothing was changed.";
    resend_note(count: number, command) = count {
        One "FreeScout gave up 1 email meanwhile. To see it, and to have it sent: {command}",
        Other "FreeScout gave up {count} emails meanwhile. To see them, and to have them sent: {command}",
    };
    resend_note_waiting(count: number) = count {
        One "1 email waits in FreeScout's queue: it sends it by itself, within an hour.",
        Other "{count} emails wait in FreeScout's queue: it sends them by itself, within an hour.",
    };
    wait_not_understood = "give a number with its unit, up to 7 days: 90s, 10m, 2h";
    since_not_understood = "give a day or a time: 2026-11-28, or 2026-11-28T14:00";

    // a planned change of key
    rotate_no_key = "There is no usable key in force, so there is none to replace.";
    rotate_unreadable(count: number) = count {
        One "1 secret cannot be read with the key in force, so the key is not changed.",
        Other "{count} secrets cannot be read with the key in force, so the key is not changed.",
    };
    rotate_unreadable_why = "Only what can be decrypted can be encrypted with another key.";
    rotate_finding = "Something has to be set right before the key is changed.";
    rotate_recover_next(program) = "Nothing was changed. Recover first: {program} check says how.";
    rotate_not_safe = "The key in force is in no safe, so it is not replaced.";
    rotate_not_safe_why = "Database dumps and backups from before the change will need it.";
    rotate_not_safe_next = "Nothing was changed. Name a new file for a safe with both keys, if possible on another disk: --output FILE";
    rotate_head(key) = "A new random key would replace {key}.";
    rotate_breaks = "What breaks:";
    rotate_traces = "Emails already sent no longer report that they were opened, and the quoted text in replies to them is cut off less exactly.";
    rotate_does = "What is done:";
    rotate_safe_first(path) = "both keys are put into the safe {path}, which is verified before anything is changed";
    rotate_safe_kept = "the key in force is in a safe already; with --output FILE, both keys are put into a new one";
    rotate_safe_needed = "both keys are put into a new safe, named with --output FILE, before anything is changed";
    rotate_backup = "a backup is made and verified; undo puts it back";
    rotate_reencrypts(secrets: number, mailboxes: number) = "encrypted with the new key: {secrets}, in {mailboxes} and in the settings",
        secrets { One "1 secret", Other "{secrets} secrets" },
        mailboxes { One "1 mailbox", Other "{mailboxes} mailboxes" };
    rotate_proven = "everything is read again as FreeScout reads it, and every login is tried (not with --no-test)";
    rotate_afterwards = "What is left to you:";
    rotate_cron = "If something outside of this server calls the web cron, give it the new URL: Manage > System > Status in FreeScout.";
    rotate_licences(count: number) = count {
        One "There is a module with a licence, and its licence server now sees another installation: look under Manage > Modules whether it wants to be activated again.",
        Other "There are {count} modules with licences, and their licence server now sees another installation: look under Manage > Modules whether they want to be activated again.",
    };
    rotate_passwords = "If somebody may have had the old key together with a copy of the database, change the passwords of the mailboxes too: a new key does not take back what was read.";
    rotate_recover(decrypt, program, again) = "{decrypt} | {program} recover --strategy carry --key-file - {again}";
    rotate_old_backups(recover) = "Keep the safe as long as there are database dumps and backups from before: they need the old key. After one was put back: {recover}";
    rotate_needs_yes(program, output, again) = "This is only a preview, nothing was changed. To do it: {program} rotate --yes{output} {again}";
    rotate_safe_stays(path) = "The safe {path} was made before that, and stays. Name another one the next time.";
    rotate_new_not_safe(program, again) = "The new key is in no safe yet: {program} safe --output FILE {again}";
}
