//! Simplified Chinese. Words are those of FreeScout's own translation and of Laravel's documentation: see the glossary in
//! `tests/glossary.md`.
//!
//! One language is one file: the entries of `en.rs`, the texts of help and manual pages, and the names of what reads as in
//! English.

use super::en::{EN, Words, args};
use super::table::Chinese;

language! {
    /// Simplified Chinese.
    pub const ZH_CN: plurals Chinese, texts TEXTS, else EN;

    key_in_a_name = "‹密钥›";
    product = "FreeScout Rescue";

    our_fault = "由于 freescout-rescue 自身的程序错误，此步骤已中止。";
    our_fault_next = "之后未再执行任何操作。请重试；如果再次发生，请报告此问题。";

    // how parts are put together
    list_more(list, one) = "{list}，{one}";
    clauses_more(clauses, one) = "{clauses}；{one}";
    sentences_more(sentences, one) = "{sentences}{one}";
    owner_of_kind(owner, kind) = "{owner}（{kind}）";
    group_of(said, count) = "{said}（{count}）：";
    sentence_of(clauses) = "{clauses}。";
    said_of(what, said) = "{what}：{said}";

    // finding the install
    install_not_found = "在常见位置未找到 FreeScout 安装。";
    install_not_found_why = "已搜索：当前目录、运行中的 PHP 进程、计划任务表、服务、Web 服务器的站点、PHP-FPM 进程池、常用的网站根目录，以及用户主目录。";
    install_not_found_next(program) = "请指定其目录：{program} /path/to/freescout";
    install_not_found_next_as_user(program) = "没有 root 权限，无法查看其他用户的进程和容器内部：请以 root 身份运行（sudo），或指定目录：{program} /path/to/freescout";
    install_not_found_next_passed_over(program) = "此主机上的容器多于已查看的数量。请指定运行 FreeScout 的容器（--container NAME），或其目录：{program} /path/to/freescout";
    install_not_found_next_in_container(command) = "请指定其在容器内的目录：{command} /path/to/freescout";
    install_several = "此服务器上有不止一个 FreeScout 安装：";
    install_several_next(program) = "请指定您所指的那一个的目录：{program} /path/to/freescout（如果在容器内，则用 --container NAME 加上容器内的目录）";
    install_several_next_in_container(command) = "请指定您所指的那一个的目录：{command}";
    install_several_next_containers(command) = "请指定您所指的那一个及其容器：{command}";
    install_several_next_both(program, command) = "请指定您所指的那一个的目录：{program} /path/to/freescout；如果在容器内，还要指定容器：{command}";
    found_version(path, version) = "{path} (FreeScout {version})";
    found_at_address(path, address) = "{path}（{address}）";
    found_version_at_address(path, version, address) = "{path} (FreeScout {version}, {address})";
    found_operator = "由您指定";
    found_current_folder = "当前目录";
    found_process(pid) = "PHP 进程 {pid} 在此运行";
    found_process_of(pid, user) = "{user} 的 PHP 进程 {pid} 在此运行";
    found_crontab = "由计划任务（cron）运行";
    found_crontab_of(user) = "由计划任务（cron）以 {user} 身份运行";
    found_service(name) = "由服务 {name} 运行";
    found_idle_service(name) = "由服务 {name} 指定，但该服务未启用";
    found_supervisor(name) = "由 supervisor 程序 {name} 运行";
    found_site(server, name) = "{server} 站点 {name} 的网站根目录";
    found_site_unnamed(server) = "{server} 站点的网站根目录";
    found_below(site) = "位于 {site}内";
    found_pool(name) = "由 PHP-FPM 进程池 {name} 指定";
    found_panel = "cPanel 站点的网站根目录";
    survey_in_container(container) = "位于 {container} 中";
    survey_in_container_by(container, process) = "位于 {container} 中（进程 {process}）";
    survey_in_restarting_container(container) = "位于 {container} 中，该容器正在重启（其首个进程退出，运行时又将容器启动）：容器自身各层中的文件只读";
    survey_in_paused_container(container, process) = "位于 {container} 中，该容器已暂停，此处是进程 {process} 所见的内容";
    survey_in_stopped_container(container) = "位于 {container} 中，该容器已停止：容器自身各层中的文件只读";
    container_runs_there(container, path, command) = "FreeScout 也在 {container} 中运行，其目录在容器内为 {path}，因此当前这个可能是旧副本。要检查容器内的那一个：{command}";
    container_may_be_meant(container, path, command) = "FreeScout 在 {container} 中运行，其目录在容器内为 {path}。要从这里检查它：{command}";
    container_stopped_is_meant(container, path, command) = "这是 {container} 的目录 {path}，该容器已停止：其设置以容器内部为准，其中的服务器名称也是如此。请启动容器，然后从这里检查：{command}";
    container_closed(container) = "{container} 中有程序在运行，但其文件系统（fuse-overlayfs）只响应其自己的系统账户：从这里无法看出其中是否有 FreeScout。容器停止后可以看到，也可以从容器内部查看：以该系统账户的身份将 freescout-rescue 复制到容器中（podman cp），并在其中运行（podman exec -it）。";
    container_unseen(containers, count: number) = count {
        Other "有 {count} 个已停止的容器无法查看其内部：其层的存储方式是 freescout-rescue 无法读取的。如果 FreeScout 在其中，请启动它所在的容器，然后重新运行同一命令：{containers}。"
    };
    finding_containers_unseen(containers, count: number) = count {
        Other "此目录可能是旧副本：没有任何程序运行它，也没有任何配置指向它，并且有 {count} 个已停止的容器无法查看其内部，因为其层的存储方式是 freescout-rescue 无法读取的。如果 FreeScout 在其中，请启动它所在的容器，然后重新运行同一命令：{containers}。"
    };
    container_with_start(container, start) = "{container}（{start}）";
    found_restarting_container = "容器正在重启";
    found_stopped_container = "容器已停止";
    found_in_container(container, path) = "{container} 中：{path}";
    container_docker(name) = "Docker 容器 {name}";
    container_podman(name) = "Podman 容器 {name}";
    container_kubernetes(name) = "Kubernetes Pod {name}";
    container_containerd(name) = "containerd 容器 {name}";
    container_lxc(name) = "LXC 容器 {name}";
    container_nspawn(name) = "systemd-nspawn 容器 {name}";
    container_named(name) = "容器 {name}";
    container_nameless(process) = "进程 {process} 的容器";
    container_nameless_in(process, container) = "{container} 中进程 {process} 的容器";
    container_of_account(container, user) = "用户 {user} 的 {container}";
    container_in_namespace(container, namespace) = "命名空间 {namespace} 中的 {container}";
    container_layers_unknown = "此容器的层的存储方式是 freescout-rescue 无法读取的。";
    container_layer_missing(path) = "缺少它的一层：{path}。";
    container_several(name) = "{name} 可能指多个容器：";
    container_several_next = "请按此处的写法指定其中一个，或用其 ID 中更长的一段，或用其中某个进程的进程号。";
    container_there_are(containers) = "此主机上的容器：{containers}。";
    container_there_are_none = "在此主机上未找到容器。";
    container_containerd_stopped = "无法列出 containerd 已停止的容器：请先启动该容器。";
    container_with_stopped(container) = "{container}（已停止）";
    container_with_paused(container) = "{container}（已暂停）";
    container_with_restarting(container) = "{container}（正在重启）";
    found_usual_folder = "位于常用目录中，但没有计划任务表、服务或 Web 服务器指向它";
    found_home = "位于您的主目录中，但没有计划任务表、服务或 Web 服务器指向它";
    found_more(count: number) = count { Other "另有 {count} 个，可用 --json 列出" };
    found_in(what, path) = "{what}（{path}）";
    found_in_line(what, path, line) = "{what}（{path}，第 {line} 行）";
    web_user_unknown(name) = "此服务器上没有名为 {name} 的系统账户。";
    web_user_unknown_next = "--web-user 接受系统账户的名称；如果该系统账户在这里没有名称（例如在容器内），则接受 UID 或 UID:GID。";
    install_missing(path) = "无法打开 {path}。";
    container_missing(name) = "此主机上没有名为 {name} 的容器。";
    container_not_seen(name) = "看不到名为 {name} 的容器：没有 root 权限，就看不到其他用户的容器。";
    container_not_seen_next = "请用 sudo 运行同一命令。";
    container_missing_next = "--container 接受容器的名称或 ID，或其中某个进程的进程号。";
    container_not_entered(container) = "无法进入容器 {container}。";
    container_not_entered_stopped_next = "未作任何更改。请启动该容器，然后运行同一命令。如果它无法启动，说明其运行时丢失了它的一部分：请用相同的卷重新创建它。";
    container_not_entered_next = "未作任何更改。请检查它是否正在运行，然后重试。";
    container_crowded(folder, most) = "其目录 {folder} 中的条目过多：从主机进入容器工作期间，这些条目要逐个呈现，超过 {most} 个则不再呈现。";
    container_crowded_root_next = "未作任何更改。请在容器内部运行 freescout-rescue（docker exec -it，并用 --state-dir 指向卷上的目录），或从该目录中移走不属于那里的内容。";
    container_crowded_next = "未作任何更改。请为备份和日志库（journal）选择此主机上路径不同的目录（--state-dir、--backup-dir、--keys-dir），或在容器内部运行 freescout-rescue（docker exec -it，并用 --state-dir 指向卷上的目录）。";
    container_folder_of_kernel(folder, top) = "{folder} 位于 {top} 中，而后者的内容由内核生成：备份和日志库（journal）在那里无法长期保存。";
    container_folder_refused(folder, why) = "{folder} 不能用于备份和日志库（journal）：{why}。";
    container_accounts_cut(accounts) = "以下系统账户的容器未全部读取，因为其容器数量或记录长度超出每个系统账户的读取上限（64 个容器，8 MiB）：{accounts}。其中正在运行的容器，可用容器内某个进程的进程号来指定。";
    container_missing_cut = "此主机上的容器多于列出的数量：如果您所指的容器已停止，请先启动它。";
    container_closed_next = "它正在运行，但其文件系统（fuse-overlayfs）只响应其自己的系统账户，连 root 也不响应。未作任何更改。请以该系统账户的身份将 freescout-rescue 复制到容器中（podman cp），并在其中运行（podman exec -it）。或者先停止容器：这样就可以从这里读取，其卷中的内容也可以恢复。";
    container_folders_overlap(install, folder) = "此主机上用于备份和日志库（journal）的目录 {folder}，与该安装在容器内的路径 {install}，一个位于另一个之内。";
    container_folders_overlap_why = "在容器内工作期间，此主机上的这些目录仍位于其原有路径，因此该安装的一部分会被遮住。";
    container_folders_overlap_next = "未作任何更改。请选择路径不同的目录：--state-dir（或 --backup-dir、--keys-dir，如果您给出了它们）。";
    container_folder_next = "未作任何更改。请为备份和日志库（journal）选择此主机上只有您可以写入的另一个目录（--state-dir、--backup-dir、--keys-dir）。";
    container_not_root_next = "只有 root 才能这样做：请用 sudo 运行同一命令。";
    container_stopped(container) = "freescout-rescue 在容器 {container} 中工作时，该容器停止了。";
    container_killed(container) = "freescout-rescue 在容器 {container} 中工作时被终止。";
    container_start_first = "请先启动容器。";
    container_runs_nothing = "容器已停止，其中的任何程序都不会被运行";
    container_has_no_network = "容器已停止：其名称解析和它自己的网络都不存在";
    container_starts_anew = "容器已停止：启动时，PHP 和队列进程会读取其中现有的内容。";
    container_create_again = "请先启动容器。如果它已被删除，请用相同的卷重新创建它。";
    container_again = "未作任何更改。请重新运行同一命令。";
    container_resume(command) = "如果更改已经开始，用以下命令完成它：{command}";
    install_missing_next = "请指定包含 FreeScout 的 `artisan` 和 `.env` 的目录。";
    mistyped_folder(word) = "如果是指这个名称的目录，请输入 ./{word}";
    mistyped_nearest(command) = "最接近的命令是 '{command}'";
    mistyped_commands(commands) = "命令有：{commands}";
    no_such_command(word) = "{word} 既不是命令，也不是目录。";
    no_such_command_next(commands) = "命令有：{commands}。不带命令时启动向导，处理所给的目录。";
    manual_takes_no_options = "手册页和命令补全对每个安装都相同：这些选项它们一个也不接受";
    demo_takes_no_options = "演示自带一个安装：这些选项中它只接受 --json，且须与 `demo --make DIR` 一起使用";
    given_twice(option) = "{option} 在命令之前和之后都给出了";
    install_not_freescout(path) = "{path} 不是 FreeScout 安装。";
    install_not_freescout_why = "其中没有 `artisan` 文件，或其 config/app.php 不是 FreeScout 的。";
    install_not_freescout_next = "请指定包含 FreeScout 的 `artisan` 和 `.env` 的目录。";
    install_not_open = "尚未打开任何安装。";
    env_missing(path) = "缺少 {path}。";
    env_missing_why = "既没有配置缓存，环境中也没有 APP_KEY，因此无从得知应读取哪个数据库。";
    env_missing_next = "请从备份中恢复 .env。不要打开 /install.php：它会写入新的密钥。";
    env_trouble(path) = "FreeScout 在 {path} 中找不到任何设置，因此不知道应读取哪个数据库。";
    env_trouble_line(path, line) = "FreeScout 读取 {path} 时，无法读到第 {line} 行之后，因此无法启动。";
    env_trouble_tried(why, database) = "{why}。按该行以上各行的设置：{database}";
    env_trouble_missing = "该文件缺失，且进程环境中没有设置任何 DB_ 变量。";
    env_trouble_empty = "该文件是空的。磁盘已满时有程序写入该文件，就会出现这种情况。";
    env_trouble_zeros = "该文件中全是值为零的字节（NUL）。程序正在写入该文件时断电，就会出现这种情况。";
    env_trouble_no_database = "该文件中没有任何一行设置 DB_CONNECTION、DB_HOST 或 DB_DATABASE：可能缺少了一部分。";
    env_trouble_utf16 = "该文件以 UTF-16 保存。FreeScout 只能读取 UTF-8。";
    env_trouble_utf16_next = "请将其保存为不带字节顺序标记的 UTF-8（iconv -f UTF-16 -t UTF-8），保持相同的属主和权限，然后重试。";
    env_trouble_carriage_returns = "其各行仅以 CR 结尾（旧式 Mac 格式），因此 FreeScout 将整个文件读作一行。";
    env_trouble_carriage_returns_next = "请转换换行符（tr '\\r' '\\n'），保持属主和权限不变，然后重试。";
    env_trouble_line_next = "请将该行的值放在双引号中，然后重试。在修正之前，FreeScout 无法启动。";
    env_trouble_comment_next = "请将该行的值放在双引号中，或在其注释的 # 前加一个空格，然后重试。在修正之前，FreeScout 无法启动。";
    env_trouble_nul(line) = ".env 的第 {line} 行含有值为零的字节（NUL）：其中一部分已丢失或无法读取。";
    env_trouble_nul_next = "请将该行与备份中的副本对照并更正，然后重试。不要打开 /install.php：它会写入新的密钥。";
    env_refused_line_named(line, name, why) = "第 {line} 行，{name}：{why}";
    env_unreadable_next = "请以 root 身份，或以该文件属主的身份运行。";
    cache_unreadable(path) = "{path} 不是有效的 Laravel 配置缓存。";
    cache_unreadable_next = "FreeScout 也无法用它启动。请移走该文件后重试；FreeScout 会重新生成它。";
    file_unreadable = "该安装中有一个文件无法读取。";
    source_process_environment = "进程环境";
    source_nowhere = "无来源：未配置密钥";
    left_out_not_root(user) = "当前以 {user} 身份运行，而非 root：无法检查其他用户的进程，也无法更改文件的属主。";

    // the database
    database_settings = "数据库设置无法使用。";
    database_settings_next = "请检查 .env 中的 DB_CONNECTION：FreeScout 支持 mysql 和 pgsql。";
    database_unreachable(place) = "无法连接到 {place} 上的数据库。";
    database_set_elsewhere(places) = "数据库在 .env 之外由 {places} 设置，因此 FreeScout 可能使用的是另一个数据库。请在启动本程序时将这些变量放入其环境，或在向导中输入这些值。";
    database_unreachable_next = "请检查 .env 中的 DB_HOST、DB_PORT 和 DB_SOCKET，以及服务器是否正在运行。对 MySQL 而言，`localhost` 指的是套接字。";
    database_not_serving(place) = "{place} 上的数据库服务器有应答，但目前不提供服务。";
    database_not_serving_next = "未作任何更改，FreeScout 本身也得不到服务。服务器自己的消息见上：它可能连接过多（SHOW FULL PROCESSLIST、pg_stat_activity）、正在启动，或是与其他节点失去联系的集群节点。请在它恢复正常后重试。";
    database_asked_as(user) = "通过套接字连接的服务器能看到是哪个系统账户在登录：本次以 {user} 的身份连接，即运行 FreeScout 的系统账户。如果 FreeScout 以其他系统账户运行，请用 --web-user 指定。";
    database_file_opened_as(user) = "该文件是以 {user} 的权限打开的，即推定运行 FreeScout 的系统账户。如果 FreeScout 以其他系统账户运行，请用 --web-user 指定。";
    database_file_next = "请检查 .env 中的 DB_DATABASE：该文件必须存在，且您必须有权读写它。";
    database_denied(user) = "数据库拒绝了用户 {user} 的登录。";
    database_denied_next = "请检查 .env 中的 DB_USERNAME 和 DB_PASSWORD。";
    database_unknown(database) = "服务器上没有名为 {database} 的数据库。";
    database_unknown_next = "请检查 .env 中的 DB_DATABASE。";
    database_tls(place) = "无法与 {place} 上的数据库建立加密连接。";
    database_tls_next = "请检查 .env 中的 DB_MYSQL_ATTR_SSL_CA、DB_MYSQL_ATTR_SSL_VERIFY_SERVER_CERT 或 DB_PGSQL_SSLMODE。";
    database_too_much(place) = "{place} 上的数据库发来的数据多于 FreeScout 所能存储的数据。";
    database_too_much_next = "未作任何更改。请检查 .env 中的 DB_HOST 和 DB_DATABASE：它们指向的是 FreeScout 自己的数据库吗？如果是，请查找是否有某个表变得过大。";
    database_not_plain(table, foreign) = "表 {table} 与 FreeScout 创建时不同：该表{foreign}。";
    database_not_plain_why = "FreeScout 只使用普通表。其他任何形式都可能显示不同的行，或以使用者的权限执行操作。";
    database_not_plain_next = "未从中读取任何内容，也未作任何更改。请查明是谁创建的，换回普通表，然后重新开始。";
    database_acts_next = "未作任何更改。请查明是谁创建的；如果没有它 FreeScout 也能工作，请将其删除，然后重新开始。";
    foreign_view = "是视图";
    foreign_table = "是外部表，其行位于另一台服务器上或文件中";
    foreign_virtual = "是虚拟表，其行由某个库生成";
    foreign_engine(name) = "使用存储引擎 {name}，该引擎将其行保存在别处";
    foreign_inherited = "已分区，或与另一个表共用行";
    foreign_other(name) = "的类型为“{name}”";
    foreign_type(name) = "有一列的类型为 {name}，它不是数据库的内置类型";
    foreign_row_security = "启用了行级安全，由其决定哪些行可见";
    foreign_trigger(name) = "有触发器 {name}，更改其行时会运行";
    foreign_rule(name) = "有规则 {name}，会改写对它的查询";
    foreign_function(name) = "在其行被更改时会调用函数 {name}";
    database_query = "数据库无法执行某个查询。";
    database_query_next = "未作任何更改。服务器自身的消息见上文；其日志中可能有更多信息。";
    database_lost(place) = "正在写入行时，与 {place} 上的数据库的连接中断。";
    database_lost_next = "未作任何更改：数据库会回滚未提交的内容。请待它恢复运行后重新开始。";
    database_locked = "其他程序锁定了数据库的行或表，且未及时释放。";
    database_locked_next = "未作任何更改。请重试；如果一再发生，请查找是否有转储、ALTER TABLE 或未结束的事务：SHOW FULL PROCESSLIST，或 pg_stat_activity。";
    database_file_locked_next = "未作任何更改。请重试；如果一再发生，请用 fuser 找出打开该文件的程序。";
    database_deadlock = "另一个程序与本程序互相等待对方的行（死锁），数据库中止了本程序的操作。";
    database_deadlock_next = "未作任何更改。请重试：这种情况很少连续发生两次。";
    database_read_only(place) = "{place} 上的数据库目前为只读。";
    database_read_only_next = "未作任何更改。请使其可写（read_only、default_transaction_read_only），然后重试。如果它是从库（replica），请在主服务器上运行本程序：将 .env 中的 DB_HOST 设为主服务器。";
    database_file_read_only_next = "未作任何更改。您必须有权写入该文件及其目录，且它们不得位于只读挂载上。";
    database_replica(place) = "{place} 上的数据库是从库（replica），不接受写入。";
    database_replica_next = "未作任何更改。FreeScout 本身无法在从库（replica）上工作：.env 中的 DB_HOST 必须指向主服务器。请更正，或将此服务器变为主服务器，然后重试。";
    database_replica_of_next(primary) = "未作任何更改。此服务器复制自 {primary}；FreeScout 本身无法在从库（replica）上工作。请将 .env 中的 DB_HOST 设为 {primary}，或将此服务器变为主服务器，然后重试。";
    table_missing(table) = "缺少表 {table}。";
    table_missing_why(database) = "可以连接到数据库 {database}，但其中没有 FreeScout 的表。";
    table_missing_next = "请检查 .env 中的 DB_DATABASE 和 DB_TABLE_PREFIX。";

    // errors, as parts of sentences
    output_lost = "无法将结果写入标准输出。";
    output_lost_next = "请检查输出的去向（那里的磁盘是否已满？），然后重新运行同一命令。";
    output_lost_done_next = "命令本身已执行完毕：`history` 列出已做的操作，`check` 显示目前的状况。请检查输出的去向（那里的磁盘是否已满？）。";
    error_line(line, why) = "第 {line} 行：{why}";
    error_path(path, why) = "{path}：{why}";
    error_sum(path) = "{path} 与其校验和不符";
    error_not_apart(path) = "{path}：位于备份目录之内";
    error_keys_away(path) = "{path}：含密钥的文件与备份分开，保存在那里，但此目录不存在";
    error_backup_newer(path, schema) = "{path}：由本程序的较新版本制作（格式 {schema}）";
    error_locked(path) = "{path}：未提供口令";
    error_passphrase(path) = "{path}：此口令无法将其解密";
    error_sealed(path) = "{path}：被截断、被修改，或不是本程序的文件";
    error_dump_memory(bytes, most) = "SQLite 数据库有 {bytes} 字节，内存容纳不下；只有不超过 {most} 字节的数据库，才能在不向磁盘写入未加密副本的情况下加密";
    error_dump_password = "密码中含有换行符，而 PostgreSQL 密码文件无法容纳换行符；请略去完整转储，或自行用 pg_dump 制作";
    error_backup_form(path, line) = "{path}，第 {line} 行：不符合备份的格式";
    error_open_folder(path) = "{path} 属于其他用户，或他人可以写入其中";
    error_owner(why) = "无法保留属主和属组：{why}";
    error_no_such_file = "没有该文件";
    error_not_a_file(kind, owner) = "此处本应是文件，却是{kind}，其属主为 {owner}；未打开它。请查明它是怎么来的，然后恢复真正的文件";
    kind_folder = "目录";
    kind_fifo = "命名管道（FIFO）";
    kind_socket = "套接字";
    kind_device = "设备";
    kind_other = "其他类型的对象";
    error_foreign_link(owner, target, target_owner) = "属主为 {owner} 的链接，指向属于 {target_owner} 的 {target}；未跟随它。如果该链接是正确的，请将其属主改为 root（chown -h root）；如果不是，请用真正的文件或目录替换它";
    error_open_to_others(path, owner, mode) = "{path} 属于 {owner}，权限为 {mode}：他人可以替换其中的内容";
    error_not_taken_along(path) = "从容器内部无法访问 {path}：主机上的目录要在程序启动时用 --state-dir 和 --backup-dir 选定";
    not_taken_along_next = "未作任何更改。请用 --state-dir 或 --backup-dir 重新启动本程序。";
    error_second_name(names, owner, folder_owner) = "位于 {folder_owner} 的目录中，是 {owner} 的某个文件的 {names} 个硬链接之一；未替换它。请查明它是怎么来的，然后用副本替换它（先 cp，再 mv）";
    trap_next = "未作任何更改。请修正上述问题，然后重试。";
    error_too_large(max) = "大于 {max} 字节，因此未读取。请检查它是什么";
    error_changed = "读取之后它又被更改";
    error_immutable = "它带有禁止任何更改的标志（lsattr 显示 i 或 a）";
    artisan_root_storage = "FreeScout 的文件属于 root，而 PHP 绝不会以 root 身份运行。如果其页面以其他系统账户运行，请用 --web-user 指定";
    artisan_untold = "不知道 FreeScout 以哪个系统账户运行。请用 --web-user 指定";
    artisan_not_owner = "只有 root 或运行 FreeScout 的系统账户才可以这样做";
    artisan_not_wanted = "不应运行 PHP（--no-artisan，或演示）";
    artisan_not_freescouts(why) = "未运行 artisan：{why}";
    artisan_owner(owner) = "其属主 {owner} 既不是 storage/ 的属主，也不是安装目录的属主，或者任何人都可写入它；请检查它是什么，并恢复 FreeScout 自己的文件";
    artisan_unsure(names) = "此命令环境中的 {names} 可能是 FreeScout 的，但无法确定；由于其中可能有机密值，所以不传给 PHP；而没有它们，PHP 可能会生成设置有误的配置缓存";
    name_nobody_to_ask = "容器中既没有 getent 也没有 PHP，因此无法在其中解析该名称";
    name_unknown = "系统的名称解析（getent ahosts，或代替它的 PHP）查不到此名称的地址";
    name_unknown_to_us(error) = "{error}（由本程序自行解析，因为这里没有可用的 getent：PHP 的解析结果可能不同）";
    program_missing(names) = "未找到 {names}";
    program_refused(path, why) = "；找到了 {path}，但未运行它：{why}";
    artisan_not_started(why) = "无法启动 php：{why}";
    artisan_too_long(seconds: number) = "php 运行超过了 {seconds}",
        seconds { Other "{seconds} 秒" };
    artisan_killed(signal, said) = "php 被信号 {signal} 终止（9 通常表示系统内存不足）：{said}";
    artisan_said_nothing = "无输出";
    artisan_ended(code, said) = "php 以退出码 {code} 结束：{said}";
    error_driver(name) = "不支持的数据库驱动 {name}";
    error_database_late(seconds: number) = "{seconds}内未收到完整的应答",
        seconds { Other "{seconds} 秒" };
    error_database_too_much(mebibytes) = "它发来的数据超过 {mebibytes} MiB；其余部分未读取";
    error_database_message = "它声明的一条消息比 FreeScout 的任何一行都长";
    error_database_given_up = "连接已关闭：服务器此前应答太迟，或发送的数据过多";
    error_database_odd = "其应答不是所要求的形式";
    error_no_connection = "配置缓存中没有数据库连接";
    env_error_name = "不是变量名";
    env_error_line(line) = "第 {line} 行设置了此变量，但无法读取";
    env_error_spelling = "无法将该值写成读回后仍然相同的形式";
    env_error_blank = "未加引号的值中含有空格";
    env_error_no_name = "等号前没有名称";
    env_error_endless = "对其他变量的引用没有尽头";

    // what can be done where the system does not write
    obstacle_no_room(path) = "请在 {path} 所在的文件系统上腾出空间（参见 df；配额也算在内），然后重试。";
    obstacle_read_only(path) = "{path} 所在的文件系统为只读。请将其挂载为可写，然后重试；磁盘出现故障时，系统会将其切换为只读（参见 dmesg）。";
    obstacle_mounted_read_only(path, point) = "{path} 在这里以只读方式挂载：绑定挂载或容器的卷。原因不在磁盘：其文件系统是可写的。如果在容器中，请在主机上更改该文件，或在挂载时去掉 `:ro`（Kubernetes 中为 `readOnly`），并重新启动容器；如果是普通服务器：mount -o remount,bind,rw {point}";
    obstacle_way_of_ours(path, folder) = "从主机进入容器工作期间，无法替换直接位于 {path} 中的任何内容：其下有 {folder}，即主机上用于备份和日志库（journal）的目录。请选择另一路径的目录：--state-dir（或 --backup-dir、--keys-dir，如果您给出了它们）。";
    obstacle_root_of_container = "从主机进入容器工作期间，无法替换直接位于其根目录 / 中的任何内容。请在容器内部运行 freescout-rescue（docker exec -it，并用 --state-dir 指向卷上的目录），或将该文件移入它自己的目录，并在原处放一个属于 root 的链接。";
    obstacle_immutable(path) = "请用 chattr -ia {path} 去除该标志，然后重试。";

    // survey and search
    survey_reading = "正在读取安装";
    survey_judging = "正在读取数据库并检查每个机密值";
    looking_at(files: number, megabytes, path) = "已读取 {files}、{megabytes} MiB：{path}",
        files { Other "{files} 个文件" };
    looking_into(processes: number, path) = "已搜索 {processes}：{path}",
        processes { Other "{processes} 个进程" };
    skip_gaps(kilobytes, first) = "磁盘正在出现故障：有 {kilobytes} KiB 无法读取，第一处在字节 {first}；其余部分已搜索";
    skip_broken(why) = "归档文件已损坏：{why}";
    skip_disk_is_cut = "虚拟机的磁盘，缺少其中一部分：只搜索了现有的内容";
    skip_disk_above = "虚拟机的磁盘，只保存了与另一个文件的差异：请也搜索那个文件";
    skip_encrypted = "已用密码加密：请先用该密码解压归档文件（7z x FILE），然后搜索解压出的内容";
    skip_too_deep = "归档文件嵌套过深";
    skip_too_much(megabytes) = "解压后超过 {megabytes} MiB";
    skip_trap(kilobytes, megabytes) = "疑似解压炸弹：其前 {kilobytes} KiB 解压后超过 {megabytes} MiB；其余部分未搜索。如果它是真正的备份，请解压后搜索解压结果";
    skip_shared(count: number) = count {
        Other "有 {count} 个成员与其他成员重叠或重复；文件的每一部分只解压了一次",
    };
    skip_endless(megabytes) = "未注明大小且没有结尾：只搜索了其前 {megabytes} MiB";
    skip_tried_on_some(count, some, all: number) = "可能的密钥过多：从此文件起，其中 {count} 个密钥只在无法解密的 {all}中的 {some} 个上试过。要对每个机密值尝试更多密钥，请单独搜索最有可能含有该密钥的文件",
        all { Other "{all} 个机密值" };
    skip_memory(megabytes) = "解压需要 {megabytes} MiB 内存：请先解压";
    skip_not_read(form) = "打包格式为 {form}，不受支持：请先解压";
    skip_form_packed(form, command) = "打包格式为 {form}，不受支持：请先解压（{command}）";
    skip_form_encrypted(form, command) = "已用 {form} 加密：请先解密（{command}）";
    broken_off = "文件比之前短；只搜索了现有的内容";
    skip_form_plain(form, command) = "{form} 的仓库：其中未加密的部分已搜索；如果它已加密，请先打开（{command}）";
    skip_form_repository(form, command) = "{form} 的仓库，本程序不读取：请先打开（{command}）";
    skip_form_archive(form, command) = "{form} 的归档文件：已按原样搜索，其中打包的内容未解压；请先提取（{command}）";
    skip_form_inside(why) = "{why}。它在归档文件中：请先解压该归档文件";
    skip_form_stored(why, object) = "{why}。它在一个 git 仓库中：请先将其取出（git show {object} >FILE）";
    skip_form_own_program(form) = "{form} 的备份，本程序不读取：请先用该程序恢复";
    inside_as_it_stands(form) = "{form}，按原样";
    skip_part = "分卷归档的一部分，且各部分未全部在此：请先将它们合并（cat PART1 PART2 … > WHOLE）";
    skip_random = "看似随机字节，打包或加密的数据就是如此，且没有任何迹象表明由哪个程序制作：如果它是备份，请先解压或解密";
    unread_size_gb(gigabytes) = "{gigabytes} GB";
    unread_size_mb(megabytes) = "{megabytes} MB";
    unread_size_kb(kilobytes) = "{kilobytes} KB";
    unread_one(what, size) = "{what}（{size}）";
    unread_some(what, count, size) = "{what}（{count} 个，{size}）";
    unread_random = "随机字节";
    unread_all(count: number, list) = count {
        Other "有 {count} 个备份或打包文件无法读取：{list}",
    };
    tar_no_header = "其中含有不属于成员的内容";
    tar_cut = "在某个成员中间中断，或在另一个分卷中继续";
    gzip_followed = "其后还有别的内容";
    behind_script = "脚本之后";
    ar_no_header = "其中含有不属于成员的内容";
    xbstream_no_chunk = "其中含有不属于文件数据块的内容";
    rpm_no_header = "缺少一个头部";
    rpm_payload = "载荷";
    zip_no_directory = "缺少结尾，因而也缺少 zip 目录";
    zip_directory_damaged = "其 zip 目录已损坏";
    zip_no_member = "在其目录指明的位置没有这样的成员";
    zip_cut = "被截断";
    seven_method = "采用不支持的方法的 7z";
    zip_method(method) = "采用方法 {method} 的 zip";
    zip_lzma = "其 LZMA 属性并非有效的 LZMA 属性";
    skip_network = "位于网络挂载上：如需搜索，请指定它";
    skip_no_files = "不含真正的文件，只有内核生成的内容；PHP 进程的内存另行搜索";
    skip_layers(most) = "容器的层超过 {most} 个：其余层中的设置文件未搜索。要全部搜索，请指定此目录";
    skip_layer_files = "其各层中的设置文件，或可能含有设置文件的目录过多：未全部搜索。要全部搜索，请指定此目录";
    skip_linked_layers(count: number) = count {
        Other "其各层中有 {count} 个目录是指向别处的链接，未跟随：要搜索那些位置，请指定它们",
    };
    skip_long_settings(count: number, kilobytes) = count {
        Other "长于 {kilobytes} KiB，而设置文件不会这么长：未搜索；这些层中的此类文件均如此（共 {count} 个）。要搜索它，请指定该文件，或这些层所在的目录",
    };
    skip_homes(most) = "用户主目录超过 {most} 个：未查找其余系统账户的容器存储。要搜索，请指定运行该容器的系统账户的主目录";
    skip_layer_keys(count: number, file, account) = "从此文件起，其系统账户的容器层中有 {count}未尝试（每个文件最多尝试 {file} 个，每个系统账户最多 {account} 个）。要全部尝试，请指定此文件，或这些层所在的目录",
        count { Other "{count} 个可能的密钥" };
    skip_records = "其系统账户的容器数量、容器记录的长度，或容器中的层数，超出每个系统账户的读取上限（64 个容器，8 MiB，2000 层）：其余容器的非常用目录未搜索。要全部搜索，请指定此目录";
    skip_own_backup = "本程序的备份（此安装的备份中的密钥无论如何都会读取）：如需全部搜索，请指定它";
    skip_missing = "没有该文件或目录";
    process_gone = "该进程已结束";
    memory_of_another(user) = "该进程属于用户 {user}；只有 root 可以读取其内存";
    obstacle_mounted_read_only_from(path, source) = "{path} 在这里以只读方式挂载。原因不在磁盘：它在主机上是 {source}，挂载时带有 `:ro` 或 `read_only`。请在主机上更改该文件，或将其挂载为可写，重新创建容器，然后运行 check。";
    obstacle_kubernetes(path, source) = "{path} 是 Kubernetes 的 Secret 或 ConfigMap（节点上为 {source}），只能在集群中更改：kubectl edit。然后重启 Pod，并运行 check。";
    obstacle_stopped(path) = "{path} 位于已停止的容器的层中，而这些层绝不会被写入。请启动该容器，然后重新运行同一命令（在向导中：按 r）。";
    obstacle_stopped_start(path, start) = "{path} 位于已停止的容器的层中，而这些层绝不会被写入。请启动该容器（{start}），然后重新运行同一命令（在向导中：按 r）。";
    obstacle_root_read_only(path) = "{path} 位于容器的根文件系统中，而该文件系统为只读（`read_only: true`、`--read-only`；Kubernetes 中为 `readOnlyRootFilesystem`）。原因不在磁盘。请将该文件放入卷中，或在定义容器的地方设置密钥，然后重新创建容器并运行 check。";
    memory_of_another_in_container(user, command) = "该进程属于用户 {user}：请以该用户身份运行本程序（{command}）";
    as_user_refused(user) = "root 在这里无权以用户 {user} 的身份操作：缺少权能 CAP_SETUID 和 CAP_SETGID";
    as_user_refused_in_container(user, command) = "此容器中的 root 无权以用户 {user} 的身份操作：请以该用户身份运行本程序（{command}）";
    memory_capability = "这里不允许读取进程的内存：缺少权能 CAP_SYS_PTRACE";
    memory_capability_in_container(add) = "此容器无权读取其进程的内存：它缺少权能 CAP_SYS_PTRACE（{add}；或在主机上运行本程序）";
    memory_capability_as_user(command, add) = "此容器中的 root 无权读取其进程的内存：请以这些进程的用户身份运行本程序（{command}），或带上权能 CAP_SYS_PTRACE（{add}）运行，或在主机上运行";
    memory_yama = "kernel.yama.ptrace_scope 不允许同一用户的进程互相读取内存；root 可以";
    memory_hidden = "它启动时更换了用户，因此只有 root 可以读取其内存";
    process_memory_unread(megabytes) = "其内存中有 {megabytes} MiB 无法读取";
    process_holds_other_key(pid, what, user) = "进程 {pid}（{what}，{user}）使用的不是当前密钥：先读取其内存。";
    processes_alike(why, more: number) = more {
        Other "{why}（另有 {more} 个进程也是如此）",
    };
    process_named(what, user) = "{what}，{user}";
    git_not_an_object = "自相矛盾的 git 对象";
    git_not_a_pack = "不是 git pack";
    git_no_base = "缺少某个 git 对象所基于的对象";
    git_foreign = "从其他用户的仓库借用对象的 git 仓库";
    look_skipped(what) = "未搜索：{what}";
    skipped_alike(count) = " 及该处的另外 {count} 个";
    find_key_unread = "无法读取的内容中可能有该密钥：请参见上文的“未搜索”，并先让最有可能的备份变得可读。";
    look_unread(unread) = "{unread}。";
    look_skipped_more(count) = "未搜索：另有 {count} 个；`find-key --json` 将其列为 `skipped`";

    // backup
    backup_reading = "正在读取所有可能被更改的内容";
    backup_rows = "正在保存数据库字段";
    backup_dump = "正在转储数据库";
    backup_called_off = "备份在完成之前被停止，不完整的文件已删除。";
    backup_verifying = "正在验证备份";
    backup_failed = "无法创建备份。";
    backup_failed_open = "该备份引用了此安装之外的文件。";
    backup_failed_next = "请选择另一个只有您能写入的目录（--backup-dir、--keys-dir、--state-dir）。";
    lasts_not(path, why) = "注意：{path} 不能持久保存。{why}";
    lasts_next = "请选择能持久保存的目录：--state-dir、--backup-dir、--keys-dir。";
    lasts_in_memory = "它保存在内存中，重启后即消失。";
    lasts_in_container = "它位于容器自身的层中，重建容器后即消失。";
    lasts_in_pod = "它位于 emptyDir 卷中，会随 Pod 一起消失。";
    lasts_nameless = "它位于未命名的卷中，重建的容器不会重新得到该卷。";
    lasts_in_service = "它位于某个服务的私有 /tmp 中，该服务停止后即消失。";
    lasts_emptied = "系统会在重启时或一段时间后将其清空。";
    backup_served(folder) = "{folder} 位于 FreeScout 的 public 目录中，因此不会在那里保存任何内容。";
    backup_served_disk(folder) = "{folder} 位于 storage/app/public 中，而 FreeScout 的 public 目录通向那里，因此不会在那里保存任何内容。";
    backup_served_link(folder, link) = "从 FreeScout 的 public 目录可以通过链接 {link} 访问 {folder}，因此不会在那里保存任何内容。";
    backup_served_why = "备份中含有 APP_KEY，而 Web 服务器会对外提供该目录中的内容。";
    backup_served_next = "未做任何更改。请选择此安装之外的目录（--state-dir、--backup-dir、--keys-dir）。如果那里已有备份，请先将其移走。";
    backup_not_apart_next = "请用 --keys-dir 选择别处的目录，最好在另一块磁盘上。";
    backup_unusable = "该备份无法使用。";
    backup_unusable_next = "它不完整，或在创建之后被更改过：请使用另一个备份。";
    backup_unreadable_next = "请以 root 或创建它的系统账户使用该备份；它所在的目录必须属于该账户，且其他人都不能写入。";
    backup_newer_next = "请使用该版本或更新的版本。";
    backup_keys_away_next = "没有该目录，数据库行可以还原，但文件不能。请将其放回原处，或用 --keys-dir 指明它现在的位置。若只想手动还原数据库行，请运行 restore.sql。";
    backup_locked = "该备份已加密，无法解密。";
    backup_locked_next = "请用创建备份时所选的口令重试。";
    backup_stale = "该备份与此安装已不再一致。";
    backup_stale_why = "创建备份之后，FreeScout 中保存过内容，或有文件被更改。";
    backup_stale_next = "未做任何更改。请创建新的备份（第 2 步）；之后会重新制定计划。";
    passphrase_new = "新备份的口令（输入不显示）：";
    passphrase_new_safe = "密钥保险文件的口令（输入不显示）：";
    passphrase_again = "再次输入同一口令：";
    passphrase_differs = "两次输入的口令不同。";
    passphrase_ask(folder) = "{folder} 的口令（输入不显示）：";
    passphrase_no_text = "它必须是一行文本，且不能为空";
    passphrase_unusable = "无法读取口令。";
    passphrase_unusable_next = "未做任何更改。请指定一个只含口令、别无其他内容的文件，或用 - 表示标准输入。";
    passphrase_no_terminal = "无法询问口令：没有终端。";
    passphrase_no_terminal_next = "未做任何更改。请使用 --passphrase-file FILE，或用 - 从标准输入读取口令。";
    passphrase_stopped = "在口令提示处停止。未做任何更改。";
    standard_input_twice = "标准输入不能读取两次";
    standard_input_shared(first, second) = "{first} 和 {second} 都指定了标准输入。";
    standard_input_twice_next = "未做任何更改。请将两者之一改为文件。";
    restore_sql_head(database, path, created) = "-- 将 {path} 的数据库 {database} 中 freescout-rescue 可能更改的内容\n-- 还原到 {created} 时的状态。";
    backup_readme(path, created, holds, encrypted, restore, undo, by_hand) = "{path} 的备份，由 freescout-rescue 于 {created} 创建。\n\n{holds}\n{encrypted}\n还原全部内容：  {restore}\n撤销一次恢复：  {undo}\n如需手动还原，请在此目录中运行：\n  {by_hand}\n\nmanifest.json 列出了每个文件及其 SHA-256 校验和与原路径。\n";
    readme_holds_key = "此目录包含 APP_KEY（在 files/env 中）以及它能解密的所有内容：请妥善保密，\n不再需要时将其删除。";
    readme_keys_apart(keys) = "此目录包含 APP_KEY 所能解密的内容。含有密钥本身的文件位于\n{keys}\n请将两者分开存放并保密，不再需要时将两者都删除。";
    readme_encrypted = "\n每个含有此安装数据的文件都已用口令加密，采用 age 格式\n（https://age-encryption.org）：文件名以 .age 结尾，可用 `age -d FILE`（或 `rage -d FILE`）解密。\n";
    keys_readme(path, created, folder, encrypted) = "{path} 中 FreeScout 的密钥，由 freescout-rescue 于 {created} 保存。\n\n此处的文件包含它的 APP_KEY。该密钥所能解密的内容在以下备份中：\n{folder}\n请将两者分开存放并保密，不再需要时将两者都删除。\n{encrypted}";

    // plan and apply
    plan_surprised = "有一个机密值与检查时已不相同。";
    plan_surprised_next = "未做任何更改。请重新运行检查。";
    plan_key_gone = "计划所用的密钥已不再是已知密钥。";
    apply_needs_backup = "没有当前状态的备份。";
    apply_needs_backup_next = "请在第 2 步创建备份，然后再制定并应用计划。";
    apply_checking = "正在将备份与当前状态比较";
    apply_rows = "正在一个事务中写入数据库行";
    apply_files = "正在替换文件";
    apply_cache = "正在清除 FreeScout 的配置缓存";
    apply_verifying = "正在按 FreeScout 的方式重新读取所有内容";
    env_not_writable = "此安装的一个文件无法替换。";
    env_not_writable_next = "请以 root 或该文件的所有者运行，并检查是否为只读挂载或设有不可变标志（lsattr）。";
    file_changed = "此安装的一个文件在读取之后被他人更改。";
    file_changed_next = "未做任何更改。请创建新的备份；之后会根据当前状态重新制定计划。";
    apply_half_done = "部分更改已写入，其他更改未能写入，而且已写入的更改未能全部撤回。";
    apply_half_done_next(ways, folder) = "请先排除造成阻碍的原因，然后：\n  {ways}\n  原始状态保存在 {folder} 中；其中的 README 说明了如何手动还原。";
    commit_unknown(place) = "与位于 {place} 的数据库的连接在提交事务期间中断，因此尚不清楚数据库行是否已写入。";
    commit_unknown_next(ways) = "文件未更改，也没有丢失任何内容。数据库恢复运行后，以下任一命令都会查明情况并继续：\n  {ways}";
    rows_changed = "数据库行在读取之后被他人更改。";
    rows_changed_next = "未做任何更改。请创建新的备份；之后会根据当前状态重新制定计划。";
    row_not_kept = "数据库未能完整存储一个新值。";
    row_not_kept_next = "未做任何更改。该列太窄：请先运行 FreeScout 的迁移（php artisan migrate）。";
    cache_cleared_by_artisan = "已以 Web 用户运行 FreeScout 的 clear-cache 命令；队列进程会在完成当前作业后重启。";
    artisan_left_old_key = "已运行 FreeScout 的 clear-cache 命令，但配置缓存中仍不含该密钥。";
    artisan_failed(why) = "无法运行 FreeScout 的 clear-cache 命令：{why}。";
    cache_rebuilt = "清除配置缓存期间，另一个进程用不同的密钥重建了它；已再次清除。";
    cache_removed = "配置缓存已删除；FreeScout 现在读取 .env。请以 Web 用户运行 `php artisan freescout:clear-cache`，以建立新的缓存。";
    web_user_who = "上述命令中的 Web 用户是指运行 PHP 的系统账户（可用 `ps -eo user,cmd | grep php` 查看，通常是 www-data）。";
    cache_not_removed(why) = "无法删除配置缓存（{why}）。在将其删除之前，FreeScout 会继续使用其中的密钥。";
    workers_stay = "未重启队列进程：有些密码无法读取，而这些密码的密钥可能只剩在队列进程的内存中。";
    workers_stay_next = "在重启之前，它们使用启动时的密钥，因此发送或获取邮件可能会失败。请先找到密钥（以 root 运行 find-key，或在容器的主机上运行），然后以 Web 用户运行 `php artisan queue:restart`。在此之前，不要在浏览器中清除 FreeScout 的缓存，也不要重启 PHP：两者都会停止队列进程。";
    worker_unsearched(pid, what, why) = "未能搜索进程 {pid}（{what}）的内存：{why}。";
    own_backup_unread(created, folder, why) = "{folder} 中 {created} 的备份可能含有缺失的密钥，但未被搜索：{why}。";
    own_backup_unread_undated(folder, why) = "{folder} 中的一个备份可能含有缺失的密钥，但未被搜索：{why}。";
    own_backup_encrypted = "它已用口令加密";
    own_backups_more(count: number) = count {
        Other "此安装还有 {count} 个备份未搜索过缺失的密钥。如需搜索其中一个，请指定：--look-in FOLDER/files",
    };
    no_proc = "此处未挂载 /proc：看不到任何正在运行的进程，也无法运行 PHP。无法找到只存在于 PHP 内存中的密钥，也无法识别队列进程。";
    no_entropy = "操作系统未向本程序提供随机字节，而没有随机字节就无法安全地加密任何内容。";
    no_entropy_next = "请挂载 /dev，或允许系统调用 getrandom（容器的 seccomp 配置可能禁止了它）。未做任何更改。";
    workers_hidden = "本系统账户看不到其他系统账户的进程，因此这里可能缺少一些队列进程。";
    key_only_in_memory(key) = "{key} 不在任何文件中，只存在于正在运行的进程的内存或环境变量中，而解密某些机密值需要它。";
    memory_searching = "正在此安装的 PHP 进程的内存中搜索丢失的密钥";
    key_not_kept(key) = "{key} 只在正在运行的进程中找到，本次恢复不会保存它。这些进程结束后，撤销操作所还原的机密值将没有任何密钥能够解密。";
    memory_searched_first = "在队列进程重启之前，正在搜索 PHP 进程的内存";
    made_anew(tried, tries) = "在此期间有人在 FreeScout 中保存了内容：正在重新读取所有内容并制定新的计划（第 {tried} 次，最多 {tries} 次）。";
    made_anew_note(times: number) = "运行期间有人在 FreeScout 中保存了内容，因此重新制定了 {times}计划，采用相同的方式和相同的密钥，且没有丢失第一个计划所保留的任何内容。",
        times { Other "{times} 次" };
    made_anew_too_often(tries: number) = "未做任何更改。已制定 {tries}计划，每次都又有内容被保存。请停止会保存内容的进程（计划任务 (cron) 的 schedule:run、队列进程），然后重新运行。",
        tries { Other "{tries} 次" };
    anew_gives_up = "在此期间有人在 FreeScout 中保存了内容，现在可行的计划与所显示的计划不同。";
    anew_other_strategy = "它会采用另一种方式，或最终使用另一个密钥。";
    anew_foretold_otherwise = "在此期间有人在 FreeScout 中保存了内容，现在还原的结果会与所显示的不同。";
    anew_loses(places) = "以下内容将不再可读取：{places}";
    anew_saved_over(places) = "有人在原定存储您的密码之处保存了值：{places}";
    anew_gives_up_next = "未做任何更改。请查看新的计划，然后确认。";
    memory_key_found = "在此安装的一个正在运行的进程中找到了一个丢失的密钥。";
    memory_key_found_why = "制定计划时没有用到它。";
    memory_key_found_next = "未做任何更改。请重新制定计划：新计划会恢复该密钥能解密的内容。";
    workers_told = "队列进程会在完成当前作业后重启。";
    workers_not_told = "无法重启队列进程：请以 Web 用户运行 `php artisan queue:restart`。";
    workers_other_driver(driver) = "缓存驱动是 {driver}：请以 Web 用户运行 `php artisan queue:restart`，使队列进程使用新密钥。";
    opcache_hint = "如果页面仍在使用以前的密钥（opcache.validate_timestamps=0），请重启 PHP-FPM 或 Web 服务器。";

    apply_added_unread(places) = "以下内容在恢复期间存入，FreeScout 尚无法读取：{places}。请再恢复一次；届时会将新增内容一并处理。";
    apply_not_read_again(what, why) = "所有内容均已写入，但无法重新读取以进行验证：{what}{why}";
    handover_impossible = "FreeScout 正依靠其配置缓存运行，没有该缓存就无法运行。";
    handover_no_env(path) = "缺少 {path}：只有配置缓存中含有这些设置。";
    handover_other_database = "按 .env 中的设置连接到的不是所读取的数据库。";
    handover_impossible_next = "未做任何更改。恢复时必须清除配置缓存，因此 .env 必须先正确（备份中可能有其副本；bootstrap/cache/config.php 显示了当前使用的设置）。";
    cache_stays = "无法刷新 FreeScout 的配置缓存，因此所有更改均已回滚。";
    cache_stays_next = "请以 root 或 storage/ 与 bootstrap/cache 的所有者运行，以便能够清除配置缓存，并检查是否设有不可变标志（lsattr）。";
    no_transactions(table) = "表 {table} 使用的存储引擎不支持事务，因此更改将无法回滚。";
    no_transactions_next(table) = "未做任何更改。请先转换该表：ALTER TABLE {table} ENGINE = InnoDB;";
    key_file_foreign(path, owner) = "{path}（APP_KEY_FILE 所指定的文件）属于 {owner}，因此不会写入。如果它是此安装的密钥文件，请将其所有者改为 FreeScout 的系统账户（chown）";
    key_file_unsure(path) = "{path}（APP_KEY_FILE 所指定的文件）属于 root，且可能不是密钥文件，因此不会写入。如果它是此安装的密钥文件，请将其所有者改为 FreeScout 的系统账户（chown），或自行将密钥写入其中";
    key_file_link(path, target) = "{path}（APP_KEY_FILE 所指定的文件）是指向 {target} 的链接，而写入时不会跟随链接。请指定文件本身，或自行将密钥写入其中";
    key_file_folder_open(path, folder, owner, mode) = "{path}（APP_KEY_FILE 所指定的文件）位于 {folder} 之下，该目录属于 {owner}，权限模式为 {mode}：他人可能会用另一个文件取代它";
    key_file_not_replaced = "无法替换密钥文件。";
    key_file_by_hand_root = "请将密钥存放在只有 root 能更改的文件中，例如 /etc/freescout/app_key（所有者 root，权限模式 0600），在 APP_KEY_FILE 中指定它，然后重试。";
    key_file_by_hand(user) = "请将密钥存放在只有 root 和 {user} 能更改的文件中，例如 /etc/freescout/app_key（所有者 root，属组为 {user} 的组，权限模式 0640），在 APP_KEY_FILE 中指定它，然后重试。";
    env_or_carry = "或者保留当前密钥，并让该文件保持原样：recover --strategy carry（在向导中：保留当前密钥）。";
    key_file_or_carry = "或者选择 carry 方式，它会让密钥文件保持原样。";
    key_file_place_next = "请修正该位置（chown、chmod），使只有 root 和 FreeScout 的系统账户能更改它，然后重试。";
    key_file_holds_no_key(path) = "{path} 由 APP_KEY_FILE 指定，但不含密钥，因此不会覆盖它";
    key_file_holds_more(path) = "{path} 由 APP_KEY_FILE 指定，但含有不止一个密钥，因此不会覆盖它。请在其中只保留密钥本身";

    // the journal
    journal_held = "另一个 freescout-rescue 正在写入日志库 (journal)，或在写入时被挂起（Ctrl-Z）。";
    journal_held_next = "未做任何更改。请等它完成（被挂起的可用 fg 继续），然后重试。不要改用另一个 --state-dir：那里的日志库不会知道另一次运行。";
    journal_unusable = "日志库 (journal) 无法使用，而没有它就不会更改任何内容。";
    journal_unusable_next = "如果该目录属于另一个系统账户（例如 root），请以该账户运行 freescout-rescue：记录在那里的运行在别处是未知的。否则请用 --state-dir 选择另一个只有您能写入的目录。";
    journal_not_ended(why) = "所有内容均已应用，但无法关闭日志库条目（{why}）。在关闭之前，本次运行视为未完成；`resume` 会发现一切均已完成，并将其关闭。";
    journal_not_closed(undo) = "它没有留下任何内容，但无法关闭日志库条目，因此该运行视为未完成；以下命令可将其关闭：{undo}";
    error_newer_journal(path) = "{path}：由更高版本的 freescout-rescue 写入";
    locked_by_other(pid, user, host, since) = "另一个 freescout-rescue 正在处理此安装：{host} 上 {user} 的进程 {pid}，始于 {since}。";
    locked_in_database(who) = "另一个 freescout-rescue 正在处理此安装：它持有此安装数据库中的锁（{who}）。";
    locked_in_database_next = "请等它完成，或将其停止：它会先完成正在进行的写入再退出。其数据库连接关闭时，锁即释放。";
    locked_in_database_kill(kill) = "如果它已不在运行而其连接仍然存在，请在数据库中终止该连接：{kill}";
    claimant_process(pid) = "进程 {pid}";
    claimant_connection(connection) = "连接 {connection}";
    claimant_connection_from(connection, from) = "来自 {from} 的连接 {connection}";
    claimant_running(pid, user) = "{user} 的进程 {pid}";
    claimant_here(running) = "在本机运行的有：{running}";
    claimant_unknown = "服务器未说明是谁";
    no_room_beside_lock = "服务器不允许在它之外再建立一个连接";
    no_database_lock(why) = "数据库未给予锁（{why}），因此如果另一个 freescout-rescue 从不同的状态目录处理此安装，将不会被发现。数据库行和文件在写入前一刻进行了比较。";
    locked_by_other_why = "两个同时运行可能会相互覆盖对方的工作。未做任何更改。";
    locked_by_other_next = "请等它完成，或将其停止：它会先完成正在进行的写入再退出。";
    run_backup = "备份";
    run_recovery = "恢复";
    run_undo = "撤销";
    run_restore = "还原";
    outcome_unfinished = "未完成";
    outcome_done = "已完成";
    outcome_not_carried_out = "未执行";
    outcome_taken_back = "已撤销";
    outcome_given_up = "未完成即关闭";
    run_unfinished(kind, started, user) = "发现一次未完成的{kind}，由 {user} 于 {started} 开始。";
    run_begun_elsewhere(container) = "它开始时，此安装位于 {container} 中；数据是相同的。";
    run_unfinished_why = "其中部分内容可能已写入。在将其完成或撤销之前，不能开始其他恢复。";
    run_unfinished_undo_next(resume) = "如需完成：{resume}";
    run_unfinished_next(resume, undo) = "如需完成：{resume}\n  如需撤销：{undo}";
    run_stays_unfinished(ways) = "本次尝试未更改任何内容：被中断的运行仍未完成。\n  {ways}";
    finding_unfinished_undo(unfinished) = "{unfinished}请用 `resume` 完成它。";
    finding_unfinished(unfinished) = "{unfinished}请用 `resume` 完成它，或用 `undo` 撤销它。";
    run_of(kind, started) = "{started} 的{kind}";
    run_of_what(kind, what) = "{kind} {what}";
    run_told(started, what, outcome) = "{started}  {what}：{outcome}";
    run_told_recovery(started, what, outcome, resealed, entered) = "{started}  {what}：{outcome}；新加密 {resealed} 个，存储密码 {entered} 个";
    run_by(user, host, from, pid) = "由 {host} 上的 {user} 执行，来自 {from}，进程 {pid}";
    run_in_nameless_container(path) = "在一个没有名称的容器中，以其中一个进程的编号表示：{path}";
    run_rests_on(folder) = "备份 {folder}";
    run_backup_gone = "该备份已不在那里";
    run_backup_unusable(why) = "该备份无法使用：{why}";
    run_from_console = "控制台";
    history_empty_all(folder) = "{folder} 中没有任何运行的记录。";
    runs_elsewhere = "使用 --state-dir 进行的运行记录在该选项所指定的目录中：请指定相同的 --state-dir。";
    runs_elsewhere_in_container = "使用 --state-dir 进行的运行记录在该选项所指定的目录中，在这里该目录应位于卷上：请指定相同的 --state-dir。";
    typed_in_container = "此类命令应在该容器内运行。";
    typed_in_container_by(exec) = "此类命令应在该容器内运行。如从外部运行，请在前面加上：{exec}";
    history_empty(folder) = "{folder} 中没有此安装的任何运行的记录。";
    earlier_head(at, number, step) = "您在 {at} 进行到了第 {number} 步：{step}。";
    earlier_what = "按 Enter 从那里继续：会再次搜索相同的位置，并将备份与当前状态比较。您输入的密码和密钥未被保存。";
    earlier_usual = "常用位置";
    earlier_processes = "正在运行的 PHP";
    earlier_backup(folder) = "{folder} 中的备份";
    earlier_strategy(strategy) = "方式 {strategy}";
    earlier_keys = "Esc：从第 1 步开始。已保存的进度会一直保留，直到保存新的进度。";
    taken_up(step) = "您已回到第 {step} 步。";
    taken_up_without_backup = "当前状态与该备份已不再一致：请创建新的备份。";
    taken_up_without_passwords = "您已回到第 5 步。请重新输入密码：它们未被保存。";
    enter_go_on = "继续";
    enter_decide = "决定";
    unfinished_resume_undo(word) = "输入 {word} 并按 Enter 以完成撤销：数据库行和文件将变回恢复之前的样子。";
    cache_stays_resumed = "数据库行和 .env 已写入，但无法刷新配置缓存，因此 FreeScout 仍在使用另一个密钥。";
    unfinished_type_resume = "输入该单词，然后按 Enter。按 Esc 则保持原样。";
    unfinished_closed = "此前尚未写入任何内容：它现已关闭，您将重新开始。";
    unfinished_type_a_word = "输入两个单词之一，然后按 Enter。按 Esc 则保持原样。";
    unfinished_what(folder) = "它被中断，其中部分内容可能已写入。日志库和 {folder} 中的备份记录了每一项更改。";
    unfinished_resume(word) = "输入 {word} 并按 Enter 以完成您所确认的操作：写入缺少的部分，并重新读取所有内容。";
    unfinished_undo(word) = "输入 {word} 并按 Enter 以将其撤销：数据库行和文件将变回之前的样子。";
    unfinished_type_the_passphrase = "请先输入口令，然后按 Enter。按 Esc 则保持原样。";
    unfinished_passphrase(folder) = "要完成它，需要 {folder} 中的备份，而该备份已加密。输入其口令（输入不显示）并按 Enter：";
    unfinished_leave = "按 Esc 暂时保持原样；在您做出决定之前，不能开始其他操作。";
    locked_unfinished = "请先对未完成的运行做出决定：在第 1 步按 Enter。";
    resume_nothing = "没有可继续的运行。";
    resume_nothing_in(folder) = "{folder} 中没有此安装被中断的运行的记录。";
    lost_put_back(kind) = "未做任何更改。未完成的{kind}需要该备份：请将其中缺少的内容放回。";
    lost_for_good(kind, give_up) = "如果该备份已永久丢失，请将该{kind}按现状关闭，然后重新开始：{give_up}";
    give_up_needless_why(folder) = "它仍可完成或撤销：其备份在 {folder} 中。";
    given_up(kind, started) = "{started} 的{kind}已关闭。未做任何更改。";
    given_up_left(path) = "它留下了 {path}，其中可能含有某个密钥的唯一副本：等 FreeScout 又能读取所有内容后，请删除该文件。";
    given_up_next(check) = "如需查看当前状态：{check}";
    resume_checking = "正在将当前状态与计划内容比较";
    resume_nothing_written = "恢复在写入任何内容之前就被中断。没有需要完成的内容，因此现已将其关闭。";
    resume_nothing_written_next = "未做任何更改。请重新开始。";
    other_data(kind) = "这里没有该{kind}的任何内容。";
    other_data_why = "它是在同名的容器中、另一个卷上开始的。";
    other_data_next(command) = "未做任何更改。请启动一个带有该卷的容器（名称任意），并在其中对该卷运行 `{command}`。";
    other_data_close(give_up) = "如果该卷已永久丢失，请关闭未完成的运行：{give_up}";
    resume_key_gone = "数据库行已写入，但保存在 .env 旁边的新密钥已不存在。";
    resume_key_gone_next(undo) = "请将其撤销：{undo}";
    resume_file_changed(path) = "{path} 在中断之后被更改过。";
    resume_file_changed_why = "它既不是恢复时所发现的内容，也不是恢复将要写入的内容。";
    resume_file_changed_next(restore) = "未再做其他更改。请将该文件恢复原样后再继续，或还原整个备份：{restore}";
    resume_harms(now: number, then) = now {
        Other "现在完成本次运行会造成损害：目前有 {now} 个机密值可读取，而完成后只有 {then} 个。",
    };
    resume_harms_why = "中断之后，有人在本次运行不知情的情况下更改了数据库行：例如另一个使用自己的状态目录的 freescout-rescue。";
    resume_harms_next(undo) = "未再做其他更改。请撤销本次运行，撤销时不会触动他人此后更改的内容：{undo}";
    resume_password_left(place) = "未存储：此版本的 FreeScout 以未加密的形式保存它，而未加密的密码不会为继续运行而保存。请重新输入：{place}";
    resume_row_left(place) = "未改动，因为此后有人更改过：{place}";

    // undo and restore
    undo_would(what, rows: number, files: number) = "撤销 {what}将放回 {rows}和 {files}。",
        rows { Other "{rows} 个数据库字段" },
        files { Other "{files} 个文件" };
    undo_would_leave(count: number) = count {
        Other "{count} 个数据库字段将保持不动，因为此后有人更改过。",
    };
    undo_would_not(what) = "按现状无法撤销：{what}";
    undo_nothing = "没有可撤销的恢复。";
    undo_nothing_why(folder) = "{folder} 中没有此安装的备份属于可撤销的恢复。";
    undo_nothing_next = "如果恢复时使用了 --state-dir，请指定相同的目录。如果只有备份在别处，请用 --backup-dir 指定其目录。";
    undo_not_confirmed = "在询问您之后又执行了另一次恢复：撤销它并不是您所确认的操作。";
    undo_not_confirmed_next = "未作任何更改。请查看现在最近一次恢复是什么，然后再次请求撤销。";
    undo_none_left = "此安装的所有恢复都已撤销。";
    undo_none_left_next(history) = "未做任何更改。以下命令会列出已完成的操作：{history}";
    undo_another(what, strategy, undo) = "{what}（{strategy}）仍然有效。如需也将其撤销，请再次运行 undo：{undo}";
    undo_backup_lost(started, folder) = "{started} 的恢复无法撤销：它在 {folder} 中的备份无法使用。";
    undo_backup_lost_next = "未做任何更改。如果有此备份的副本，请将缺少或已损坏的内容放回，或用 --backup-dir 指定包含该副本的目录。如果没有副本，备份中尚存的内容可以手动放回：其 README.txt 说明了方法。";
    undo_backup_unread(folder) = "{folder} 中的备份无法使用。它可能属于要撤销的恢复。";
    undo_foreseeing = "正在比较撤销会放回的内容";
    undo_question_waits = "正在比较撤销会放回的内容。得知结果后，问题会显示在这里。";
    undo_checking = "正在将当前状态与已写入的内容比较";
    undo_rows = "正在一个事务中放回数据库行";
    undo_files = "正在放回文件";
    undo_file_changed(path) = "{path} 在恢复之后被更改过。";
    undo_file_changed_why = "如果只放回数据库行，加密它们的密钥就会与所配置的密钥不同。";
    undo_file_changed_next(restore) = "未做任何更改。请将该文件与备份中的副本比较，并自行将副本放回；或还原整个备份：{restore}";
    undone(rows: number, files: number) = "已撤销：{rows}和 {files}已恢复到之前的样子。",
        rows { Other "{rows} 个数据库字段" },
        files { Other "{files} 个文件" };
    undone_nothing = "已撤销：没有剩下需要放回的内容。";
    undo_row_refused(place) = "未改动，因为此后有人更改过：{place}";
    undo_key_back(now, before) = "FreeScout 重新使用 {now}，不再使用 {before}。";
    undo_stranded(place) = "以下内容是用已移除的密钥保存的，因此现在无法解密：{place}";
    undo_needs_yes(what, rows: number, files: number, folder) = "这将撤销 {what}：从 {folder} 放回 {rows}和 {files}。如需执行，请加上 --yes。未做任何更改。",
        rows { Other "{rows} 个数据库字段" },
        files { Other "{files} 个文件" };
    undo_safety(folder) = "此操作之前的状态保存在 {folder} 中";
    restore_would(rows: number, files: number) = "还原会更改 {rows}和 {files}：",
        rows { Other "{rows} 个数据库字段" },
        files { Other "{files} 个文件" };
    restore_file_removed(path) = "{path}（将被删除：当时它不存在）";
    restore_key_stays(key) = "当前密钥仍为 {key}。";
    restore_key_moves(after, now) = "当前密钥将变为 {after}；现在是 {now}。";
    restore_readable(now, of_now: number, after, of_after) = "FreeScout 现在能读取 {of_now}中的 {now} 个，还原后能读取 {of_after} 个中的 {after} 个：",
        of_now { Other "{of_now} 个机密值" };
    restore_stays = "不变：";
    restore_now = "现在：";
    restore_after = "之后：";
    restore_no_secret = "此处没有机密值。";
    restore_reads_fewer = "还原后 FreeScout 能读取的机密值会比现在少。";
    restore_other_data = "此备份是针对其他数据创建的。";
    restore_other_data_why = "它是在同名的容器中、针对另一个卷创建的。这里的可能是另一个帮助台，而其邮箱会得到备份中那个帮助台的密码。";
    restore_other_data_next = "未做任何更改。如果此卷是用来取代那个卷的，请在 --yes 之外再加上 --onto-other-data；会先创建新的备份。";
    restore_other_database = "此后 FreeScout 会用不同的设置连接其数据库；数据库行会写入它现在使用的数据库。";
    restore_would_nothing = "一切与备份相同：还原不会更改任何内容。";
    restore_needs_yes = "如需执行，请加上 --yes；会先创建新的备份。未做任何更改。";
    restored(rows: number, files: number) = "已还原：{rows}和 {files}。",
        rows { Other "{rows} 个数据库字段" },
        files { Other "{files} 个文件" };
    restored_nothing = "已还原：没有剩下需要放回的内容。";
    restored_undo(undo) = "如需撤销此操作：{undo}";
    restored_as_foretold(readable, total: number) = "所有内容均已重新读取，与之前显示的一致：FreeScout 能读取 {total}中的 {readable} 个。",
        total { Other "{total} 个机密值" };
    restored_otherwise = "所有内容均已重新读取，其中部分与之前显示的不同。在此期间可能有人保存了内容：";
    restore_not_read_again(what, why) = "无法重新读取以进行验证：{what}{why}";
    restore_other_install = "此备份属于另一个安装。";
    restore_other_install_why(there, here) = "备份所属的安装：{there}。所指定的安装：{here}。";
    restore_other_install_next = "未做任何更改。请指定创建此备份时所针对的安装。";
    not_a_backup(path) = "{path} 不是可还原的备份。";
    not_a_backup_next(folder) = "未做任何更改。备份位于 {folder} 中，除非用 --backup-dir 另行指定。";

    // a safe for keys
    safe_head(address, path, moment, names, decrypt) = "一个 FreeScout 帮助台的密钥 (APP_KEY)：它们能解密其密码。\n\n  地址    {address}\n  目录    {path}\n  保存于  {moment}，由 freescout-rescue 保存\n\n如果密钥丢失或被替换，请在服务器上将其取回（{names}）：\n\n  {decrypt} | freescout-rescue recover --key-file -\n\n这会显示将要执行的操作；如需执行，请加上 --yes。手动操作：将此前生效的密钥的 APP_KEY 行\n原样写入 .env，与此处完全一致，并删除 bootstrap/cache/config.php。\n任何人只要有一个密钥和数据库的副本，就能读取其中的所有密码：请妥善保密。";
    safe_key_in_force(fingerprint, opens, all) = "{fingerprint}：当前生效；可解密 {all} 个机密值中的 {opens} 个";
    safe_key_next(fingerprint) = "{fingerprint}：新密钥，更换密钥后生效";
    safe_key_replaced(fingerprint, opens, all) = "{fingerprint}：更换密钥之前生效；可解密 {all} 个机密值中的 {opens} 个";
    safe_key_other(fingerprint, opens, all) = "{fingerprint}：未生效；可解密 {all} 个机密值中的 {opens} 个";
    safe_key_mails(first, last) = "  {first} 至 {last} 期间用它发送过邮件";
    safe_key_source(place) = "  找到的位置：{place}";
    safe_stdout = "标准输出";
    safe_done(path, keys: number) = "已保存并验证：{keys}，位于 {path}，已用口令加密。",
        keys { Other "{keys} 个密钥" };
    safe_done_recipients(path, keys: number, recipients: number) = "已保存：{keys}，位于 {path}，已用 {recipients}加密。文件已重新读取，内容完整；能否解密只能用某个接收者的私钥来试：age -d -i KEYFILE FILE",
        keys { Other "{keys} 个密钥" },
        recipients { Other "{recipients} 个接收者公钥" };
    safe_not_noted = "密钥已保存，但无法写入日志库，因此监视功能不会知道它。";
    safe_not_on_host(path) = "{path} 不在主机上，而在容器中，会随容器一起丢失。";
    safe_not_on_host_next = "请指定所建议目录中的文件，或用命令 `safe` 创建密钥保险文件。";
    safe_keep = "请将其副本保存在此服务器之外，并与数据库的副本分开存放。";
    safe_use(decrypt) = "使用方法：{decrypt} | freescout-rescue recover --key-file -";
    safe_decrypt(safe) = "age -d {safe}";
    safe_decrypt_with_key(safe) = "age -d -i KEYFILE {safe}";
    safe_names = "FILE 是已加密的文件";
    safe_names_with_key = "FILE 是已加密的文件，KEYFILE 是加密时所用的某个接收者公钥对应的私钥";
    safe_lasts_next = "请立即将该文件复制到能持久保存的位置，或用 --output 指定另一个文件。";
    safe_exists(path) = "{path} 已存在，不会被覆盖。";
    safe_exists_next = "未做任何更改。请指定一个新文件。";
    safe_in_install(folder) = "{folder} 位于此安装之内，因此不会将密钥保存在那里。";
    safe_in_install_why = "密钥会随此安装一起丢失。";
    safe_served_why = "Web 服务器会对外提供该目录中的内容。";
    safe_no_folder(folder) = "目录 {folder} 不存在。";
    safe_place_next = "未做任何更改。请指定另一个目录中的文件，最好在另一块磁盘上。";
    safe_not_written = "无法保存密钥。";
    safe_not_proven = "密钥未保存：无法验证已写入的内容。";
    safe_not_proven_next = "未做任何更改，该文件已删除。请尝试另一块磁盘上的另一个目录。";
    safe_no_key = "没有此安装的已知密钥，因此没有可保存的内容。";
    safe_no_key_next = "未做任何更改。请先搜索密钥（find-key），或用 --key-file 指定。";
    safe_no_recipient = "有一个接收者公钥无法使用，因此未保存密钥。";
    safe_no_recipient_next = "未做任何更改。接收者公钥可以是 age 的（age1…，由 age-keygen 输出）或 SSH 的（ssh-ed25519 …、ssh-rsa …）。";
    safe_recipient(text) = "{text} 不是接收者公钥";
    safe_recipient_ssh_kind(text, kind) = "{text} 是 {kind} 类型的 SSH 密钥，无法用它加密；可以使用 ssh-ed25519 和 ssh-rsa";
    safe_recipient_rsa_length(text) = "{text} 是少于 2048 位或多于 4096 位的 RSA 密钥";
    safe_recipient_line(path, line, text) = "{path}，第 {line} 行：{text}";
    safe_recipients_nobody(path) = "{path} 中没有任何接收者公钥";
    safe_recipients_unreadable = "无法读取接收者公钥文件。";
    safe_recipients_unreadable_next = "未做任何更改。请更正 --recipients-file 之后的路径。";
    safe_json_shared = "标准输出不能同时用于密钥保险文件和 JSON。";
    safe_json_shared_next = "未做任何更改。请去掉 --json，或为 --output 指定一个文件。";

    // a key on a page
    page_head(address, path, moment, fingerprint) = "一个 FreeScout 帮助台的密钥 (APP_KEY)：它能解密其密码。\n\n  地址    {address}\n  目录    {path}\n  打印于  {moment}，由 freescout-rescue 打印\n  指纹    {fingerprint}\n\n如果密钥丢失或被替换：请将以下各行输入到服务器上的一个文件中，然后运行\n  freescout-rescue recover --key-file FILE\n或者在向导（freescout-rescue）中搜索密钥之处，将它们连成一行输入。\n可以用小写字母，短横线可以省略。不会出现字母 O、I、B 和数字 1。\n输错一个字符会被发现，并会告知正确的字符。\n\n任何人只要有此页和数据库的副本，就能读取其中的所有密码：请将其锁好保管。";
    page_code = "同一密钥的二维码。扫描所得的文本可写入该文件，或写在 .env 的 APP_KEY= 之后：";
    page_no_code = "此终端无法显示二维码。如需获取：--svg FILE";
    page_no_key = "没有生效的密钥，因此没有可打印的内容。";
    page_no_key_next = "未做任何更改。请先恢复此安装；check 会说明方法。";
    page_too_long = "当前密钥的文本太长，一页放不下。";
    page_too_long_next = "未做任何更改。请不带 --paper 保存它。";
    page_done(path) = "已保存，未加密：{path}";
    page_keep = "任何人看到此页，就得到了该密钥。";
    page_no_terminal = "纸质密钥未加密，而标准输出不是终端。";
    page_no_terminal_next = "未做任何更改。如果仍要输出到那里，请使用 --output -，或指定一个文件。";

    // a key on paper, as a clause
    paper_character(row, group, typed, correct) = "第 {row} 行第 {group} 组：输入的是 `{typed}`，应为 `{correct}`";
    paper_row(row) = "第 {row} 行有不止一个字符错误；请重新输入该行";
    paper_group(row, group, typed) = "第 {row} 行第 {group} 组有 {typed} 个字符，应为 4 个";
    paper_row_length(row, groups) = "第 {row} 行的字符太少或太多；每行有 {groups} 组，每组 4 个字符";
    paper_missing(row, rows) = "缺少第 {row} 行（共 {rows} 行）";
    paper_doubled(row) = "第 {row} 行输入了两次";
    paper_order(row, place) = "第 {row} 行出现在第 {place} 行的位置";
    paper_mixed = "每一行本身都正确，但它们不属于同一个密钥；请全部取自同一页";

    // what is wrong with a command line
    lang_unknown(languages) = "它不是可用的语言之一：{languages}";
    usage_error(what) = "错误：{what}";
    usage_unknown(argument) = "无法识别此处的 {argument}";
    usage_unknown_command(command) = "没有命令 {command}";
    usage_value(value, option) = "{value} 不是 {option} 的有效值";
    usage_value_why(value, option, why) = "{value} 不是 {option} 的有效值：{why}";
    usage_value_missing(option) = "{option} 需要一个值";
    usage_values(values) = "可选值：{values}";
    usage_needed(arguments) = "必须给出：{arguments}";
    usage_conflict(argument, others) = "{argument} 不能与 {others} 同时使用";
    usage_conflict_others = "其他某些参数";
    usage_twice(argument) = "{argument} 只能给出一次";
    usage_similar(names) = "您是否想输入 {names}？";
    usage_line(usage) = "用法：{usage}";
    usage_more = "详情：--help";

    // command line
    key_file_unreadable = "无法读取密钥文件。";
    key_file_missing_next = "未做任何更改。请更正 --key-file 之后的路径。";
    key_file_not_a_file_next = "未做任何更改。请指定一个只含密钥、别无其他内容的文件；如需搜索目录，请用 --look-in。";
    key_file_unreadable_next = "未做任何更改。请以 root 或可以读取该文件的系统账户运行。";
    look_in_missing(path) = "{path} 不存在，因此无法在其中搜索密钥。";
    look_in_missing_next = "未做任何更改。请更正 --look-in 之后的路径。";
    look_in_keyboard = "向导无法在标准输入中搜索密钥（--look-in -）：标准输入就是键盘。";
    look_in_keyboard_next = "未做任何更改。请使用 find-key --look-in -，或指定一个文件。";
    key_file_empty = "该文件为空";
    key_file_encrypted = "它已加密；请先解密（如果是用公钥加密的，则用 age -d -i KEYFILE FILE）：age -d FILE | freescout-rescue COMMAND --key-file -";
    key_file_safe_empty = "它是密钥保险文件的文本，但其中没有密钥";
    key_file_safe_line(line, why) = "第 {line} 行：{why}";
    key_file_several = "它含有不止一个密钥；请在其中只保留一个，或用 --look-in 搜索该文件";
    key_file_no_key = "密钥文件中没有密钥。";
    key_file_useless = "所给的密钥不能解密任何已存储的机密值。";
    key_file_useless_why(source, fingerprint) = "{source}：{fingerprint}";
    key_file_useless_next = "未做任何更改。请指定含有正确密钥的文件，或去掉 --key-file，不用该密钥继续。";
    key_file_no_key_next = "它应当包含 `base64:` 和 44 个字符，或 32 个普通字符，别无其他内容；或者包含纸质密钥的所有行，或密钥保险文件解密后的文本。";
    passwords_file_unusable(path) = "无法使用来自 {path} 的密码。";
    passwords_unusable = "所给的密码中有一个无法存储。";
    passwords_no_line = "其中一行也没有。";
    passwords_unreadable_next = "未做任何更改。请在 --passwords 之后指定您可以读取的文件，或用 - 表示标准输入。";
    passwords_next = "未做任何更改。请每行给出一个 JSON 对象：{\"mailbox\": 3, \"incoming\": \"…\", \"outgoing\": \"…\"} 或 {\"system_mail\": \"…\"}。";
    no_such_mailbox(mailbox) = "没有邮箱 {mailbox}。";
    passwords_mailboxes_next(mailboxes) = "未做任何更改。{mailboxes}";
    password_form_untold(place) = "无法在此处存储密码：{place}。";
    password_form_next = "未做任何更改。请在 FreeScout 自己的设置页面中输入它。";
    version_untold_why = "尚不清楚此版本的 FreeScout 以何种形式读取它。";
    no_system_mail = "此安装没有这样的密码。";
    strategy_impossible(strategy) = "此处不能采用方式 {strategy}。";
    strategy_no_old_key_next(program) = "未做任何更改。请搜索它：{program} find-key --usual，或使用 --look-in 加备份的路径。`{program} check` 会说明在此之前的建议做法。";
    strategy_impossible_next(program) = "未做任何更改。请运行 `{program} check` 查看建议。";
    fresh_not_asked = "需要一个新的随机密钥，但除非您要求，否则不会生成。";
    fresh_not_asked_next = "未做任何更改。如需生成：recover --yes --strategy fresh";
    need_old_key = "未配置可用的密钥，且没有已知密钥能解密已存储的机密值。";
    need_old_key_next = "未做任何更改。请先查找原密钥：find-key --usual、find-key --look-in 加备份的路径，或使用向导中的搜索。新的随机密钥完全不能解密这些内容；只有使用 --strategy fresh 才会生成。";
    need_missing_key = "有些机密值需要一个此处未知的密钥；而且进程环境变量（容器或进程池设置）中设置的 APP_KEY 与 FreeScout 所用的不同。";
    need_missing_key_next = "未做任何更改。请先查找缺失的密钥：find-key --usual、find-key --look-in 加备份的路径，或使用向导中的搜索。在找到之前，请保留配置缓存，既不要重启容器，也不要重启 PHP：否则 FreeScout 会改用环境变量中设置的密钥。";
    need_environment(key, source) = "正确的密钥已知：{key}，位于 {source}。但 APP_KEY 来自进程环境变量（容器或进程池设置），只能在那里设置。";
    need_environment_at(place, key, source) = "未做任何更改。{place} 设置了 APP_KEY：请在那里将其精确设为 {key}，从 {source} 复制，不带引号、注释或空格。然后重新创建容器（docker compose up -d），或重启进程池或服务，再重新检查。";
    need_environment_somewhere(key, source) = "未做任何更改。请在定义容器之处（compose 文件、Pod、模板），或在 FPM 进程池或服务的设置中，将 APP_KEY 精确设为 {key}，从 {source} 复制，不带引号、注释或空格。然后重新创建容器，或重启进程池或服务，再重新检查。";
    need_any_key = "没有可用的密钥，而 APP_KEY 来自进程环境变量（容器或进程池设置），因此只能在那里设置。";
    need_any_key_at(place) = "未做任何更改。{place} 设置了 APP_KEY：请在那里将其设为新密钥，即 `php artisan key:generate --show` 输出的那种。然后重新创建容器（docker compose up -d），或重启进程池或服务，再重新检查。";
    need_any_key_somewhere = "未做任何更改。请在定义容器之处（compose 文件、Pod、模板），或在 FPM 进程池或服务的设置中，将 APP_KEY 设为新密钥，即 `php artisan key:generate --show` 输出的那种。然后重新创建容器，或重启进程池或服务，再重新检查。";
    recover_needs_yes = "这只是计划。如需创建备份并应用计划，请加上 --yes。未做任何更改。";
    recover_would_nothing = "无需任何操作：此计划不更改任何内容。";
    signal_put_off = "本程序收到信号，要求停止：它先完成了正在写入的内容。不会测试任何连接。";
    signal_before = "在写入任何内容之前被信号（例如 Ctrl-C）停止。";
    signal_before_next(folder) = "未做任何更改。已在 {folder} 中创建备份：其中含有 APP_KEY，因此不需要时请将其删除。";
    demo_made(program, install, look_in, install_word, look_in_word) = "已在 {install} 中创建一个损坏的 FreeScout 安装\n其原密钥藏在 {look_in} 中的某处\n试试：{program} {install_word}\n      {program} check {install_word} --look-in {look_in_word}\n没有邮件服务器为它应答（`{program} demo` 的邮件服务器只在演示期间运行）：所有登录都会失败。会尝试登录的命令可用 --no-test 跳过这一步。";
    demo_not_gone(folder, why) = "演示到此结束。无法删除 {folder}：{why}。请自行删除：其中没有需要保留的内容。";
    demo_note = "演示的邮件密码，由演示中的人记下。演示之外没有服务器接受它们。";
    demo_runs_nothing = "此演示中没有运行 PHP，本机的进程不属于演示。";
    passwords_of_demo(file, password) = "演示的便条 {file} 写着：{password}";
    report_hint_demo = "在此演示中，服务器测试过一次后即被修好：请按 t，再按 T 重新测试。";
    report_hint_refused = "请按 n，为被拒绝的密码输入其他密码（会先创建新的备份）。";
    demo_gone = "演示到此结束。演示安装及其备份和报告均已删除；您保存在其他目录中的内容仍在原处。";
    man_not_written(folder) = "无法将手册页写入 {folder}。";
    man_not_written_next = "请指定一个已存在且您可以写入的目录。";
    demo_no_room = "无法创建演示安装。";
    demo_no_room_next = "请指定一个尚不存在的目录，且位于您可以写入之处。";
    report_not_saved = "无法保存报告。";
    report_changes_nothing = "这不影响已完成的操作。";
    brief_well = "正常";
    check_brief(path, overview) = "  {path}：{overview}";
    check_more(count) = "另有 {count} 个（--all 全部列出）";
    places_more(count) = "另有 {count} 个";
    many_head(sign, said, count) = "{sign} {said}（{count}）：";
    many_elsewhere(sign, outcome, count) = "{sign} {outcome}：另有 {count} 个，在其他服务器上（--all 全部列出）";
    many_readable = "可读取";
    mailboxes_there_are(mailboxes) = "现有邮箱：{mailboxes}。";
    severity_critical = "严重";
    severity_warning = "警告";
    severity_info = "提示";
    check_install(path, version, server, database) = "{path}：FreeScout {version}，数据库服务器 {server}，数据库 {database}";
    check_found(how) = "发现方式：{how}";
    check_web_user(user) = "Web 用户：{user}";
    check_key(label, fingerprint, source) = "当前密钥：{label} · {fingerprint}，来自 {source}";
    check_no_key = "没有可用的当前密钥。";
    check_overview(readable, all) = "FreeScout 能读取 {all} 个已存储的密码、令牌和许可证密钥（此处统称机密值）中的 {readable} 个。";
    check_overview_rest(readable, all, rest, parts) = "FreeScout 能读取 {all} 个已存储的密码、令牌和许可证密钥（此处统称机密值）中的 {readable} 个。其余 {rest} 个：{parts}。";
    rest_other_key(count) = "{count} 个用另一个已知密钥加密";
    rest_unknown_key(count) = "{count} 个无法用任何已知密钥解密";
    rest_damaged(count) = "{count} 个已损坏";
    rest_plaintext(count) = "{count} 个未加密";
    rest_untold(count) = "{count} 个未加密（不清楚 FreeScout 是否读取）";
    rest_nested(count) = "{count} 个双重加密";
    rest_missing(count) = "{count} 个为空但必需";
    check_summary(readable, total: number) = "FreeScout 能读取 {total}中的 {readable} 个。",
        total { Other "{total} 个机密值" };
    check_find_key_first(program, again) = "请先查找缺失的密钥：{program} find-key --usual {again}";
    check_enter(count: number, places) = count {
        Other "建议：重新输入以下 {count} 个密码：{places}。",
    };
    check_enter_how(program, again) = "在向导中输入，或从文件读取：{program} recover --strategy reenter --passwords FILE --yes {again}";
    check_or_find_key(program, again) = "或查找缺失的密钥：{program} find-key --usual {again}";
    check_recommended_then(strategy, why) = "如果找不到，建议采用：{strategy}。{why}";
    check_recommended(strategy, why) = "建议采用：{strategy}。{why}";
    check_finish(program, again) = "请先完成未完成的运行：{program} resume {again}\n或将其撤销：          {program} undo --yes {again}";
    check_finish_undo(program, again) = "请先完成未完成的运行：{program} resume {again}";
    check_next(program, again) = "下一步，查看计划：{program} recover {again}\n或使用向导：      {program} {again}";
    plan_only_passwords = "所有密钥都正确；只需在下一步输入密码。";
    check_overruled = "但这只在使用 .env 中的密钥时才成立。FreeScout 的 Web 端或其队列进程使用的是在别处设置的密钥（见上文）：必须在那里更改。";
    check_does_not_start = "但 FreeScout 无法启动：请先更正 .env 中的那一行（见上文）。";
    check_all_well = "无需任何操作。";
    plan_figures(strategy, resealed, entered, before, total, after) = "计划：{strategy}。新加密：{resealed} 个。存储密码：{entered} 个。在 {total} 个已存储的密码、令牌和许可证密钥（此处统称机密值）中，FreeScout 现在能读取 {before} 个，执行后能读取 {after} 个。";
    applied_verified(strategy, resealed, entered) = "已完成（{strategy}）。新加密：{resealed} 个。存储密码：{entered} 个。所有写入的内容都已重新读取，正确无误。";
    applied_unverified(strategy, resealed, entered) = "已完成（{strategy}）。新加密：{resealed} 个。存储密码：{entered} 个。但并非所有内容的读取结果都与计划一致。";
    applied_undo(undo) = "如需撤销：{undo}";
    applied_nothing_to_do = "无需任何操作：未做更改。";
    recovered_logins_fail(failed, of: number, why) = "已恢复，但 {of} 中有 {failed} 次失败：{why}。",
        of { Other "{of} 次登录" };
    logins_fail(failed, of: number, why) = "{of} 中有 {failed} 次失败：{why}。",
        of { Other "{of} 次登录" };
    applied_nothing = "未做更改。";
    applied_nothing_backup(folder) = "已事先创建备份：{folder}";
    still_to_enter(count: number, places) = count {
        Other "还需输入 {count} 个密码：{places}。",
    };
    still_unreadable(count: number) = count {
        Other "仍有 {count} 个机密值无法读取。",
    };
    find_key_before_entering(program, again) = "重新输入密码之前，请先查找原密钥：{program} find-key --usual {again}";
    enter_if_not_found(program, again) = "如果找不到，请重新输入密码，可在向导中输入，或从文件读取：{program} recover --strategy reenter --passwords FILE --yes {again}";

    // the wizard: what it says at the foot of the screen
    apply_type_the_word = "请先输入 apply，再按 Enter。";
    undo_type_the_word = "请先输入 undo，再按 Enter。";
    field_empty = "输入框中还没有内容。";
    key_not_here = "此键在这里无效。按 ? 查看可用的键。";
    key_not_here_typing = "此键在这里无效。按 F1 查看可用的键。";
    field_full = "文本过长，此输入框容纳不下。";
    pasted_in_part = "只使用了所粘贴文本的第一行。";
    locked_plan = "有了计划（步骤 5）之前，此步骤不可用。";
    locked_report = "计划执行（步骤 7）之前，此步骤不可用。";
    locked_over = "本次运行已结束：n 从第一步重新开始，u 撤销本次运行所做的更改。";
    locked_over_undone = "本次运行已结束：n 从第一步重新开始。";
    locked_survey = "读取 FreeScout（步骤 1）之前，此步骤不可用。";
    locked_backup = "有了经过验证的备份（步骤 2）之前，此步骤不可用。";
    wait_busy = "请稍候：还有操作正在进行。";
    wait_foreseeing = "仍在比较撤销会还原哪些内容。显示出来之后，请按 Enter。";
    wait_looking = "搜索仍在进行。按 Esc 停止搜索，然后重试。";
    wait_writing = "正在写入更改，无法中断。请稍候片刻。";
    stopped = "已停止。";
    looked(files: number, megabytes) = "已搜索：{files}，{megabytes} MiB。",
        files { Other "{files} 个文件" };
    looked_processes(processes: number) = "已搜索：{processes}。",
        processes { Other "{processes} 个进程" };
    looked_processes_stopped(processes: number) = "已停止，此前搜索了 {processes}。",
        processes { Other "{processes} 个进程" };
    looked_in(files: number, megabytes, seconds) = "已搜索：{files}，{megabytes} MiB，{seconds} 秒。",
        files { Other "{files} 个文件" };
    looked_in_layers(files: number) = files {
        Other "其中有 {files} 个设置文件位于本主机的容器和镜像的层中。",
    };
    looked_stopped(files: number, megabytes) = "已停止，此前搜索了 {files}，{megabytes} MiB。",
        files { Other "{files} 个文件" };
    find_key_stopped = "尚未搜索完所有内容就已停止。目前找到的内容如下：";
    find_key_useless = "在此处什么也无法解密的密钥：";
    find_key_useless_many(count) = "另外至少找到了 {count} 个在此处什么也无法解密的密钥；只保留这么多（--all 会列出它们）。";
    find_key_useless_folded(count: number) = count {
        Other "另外找到了 {count} 个在此处什么也无法解密的密钥（--all 会列出）。",
    };
    find_key_places_more(more) = "以及另外 {more} 处";
    find_key_found(key, opens, unread: number) = "已找到：在 {unread}中，{key} 可解密 {opens} 个。",
        unread { Other "FreeScout 无法读取的 {unread} 个机密值" };
    find_key_none(lost: number) = lost {
        Other "有 {lost} 个机密值缺少密钥，没有找到能解密其中任何一个的密钥。",
    };
    find_key_not_needed = "此处没有机密值需要其他密钥。";
    find_key_stdin = "有一个密钥来自标准输入：请为下一条命令提供同样的输入。";
    find_key_in_memory = "有一个密钥只存在于正在运行的进程的内存中：恢复之前，不要重启 PHP 或队列进程。";
    find_key_in_other_process = "有一个密钥只存在于某个进程的内存中，而该进程不能确定属于此安装。不要重启该进程。向导可以使用该密钥：在向导搜索密钥的步骤按 m。";
    find_key_next(next) = "下一步：{next}";
    find_key_further_usual(program, again) = "要搜索其余位置：{program} find-key --usual {again}";
    find_key_further(program, again) = "要进一步搜索，请在此命令后加上 --look-in 以及备份、旧磁盘或旧服务器副本的路径：{program} find-key {again}";
    find_key_without(program, again) = "没有该密钥，这些密码就必须重新输入。查看现在执行恢复能做到什么：{program} recover {again}";
    search_live(files: number, megabytes, seconds, path) = "正在搜索，{seconds} 秒：{files}，{megabytes} MiB；当前 {path}",
        files { Other "{files} 个文件" };
    search_goes_on(files: number, megabytes, seconds, path) = "{seconds} 秒后仍在搜索：目前 {files}，{megabytes} MiB；当前 {path}",
        files { Other "{files} 个文件" };
    search_live_between(files: number, megabytes, seconds) = "正在搜索，{seconds} 秒：{files}，{megabytes} MiB",
        files { Other "{files} 个文件" };
    search_goes_on_between(files: number, megabytes, seconds) = "{seconds} 秒后仍在搜索：目前 {files}，{megabytes} MiB",
        files { Other "{files} 个文件" };
    looked_no_key = "没有找到新密钥。";
    looked_found(key, opens, total) = "已找到：{key} 可解密 {total} 个机密值中的 {opens} 个。";
    looked_nothing(why) = "什么也没有搜索：{why}";
    q_leaves = "按 q 退出。";
    q_or_n = "按 q 退出，按 n 重新开始。";
    report_no_way_back = "恢复已完成。按 n 重新开始，按 q 退出。";

    // the screen: frame
    what_now = "现在该做什么";
    please_enlarge(width, height, w, h) = "放大到 {width}×{height}（现为 {w}×{h}）。";
    please_enlarge_leaves = "q 或 Ctrl-C：退出。";
    please_enlarge_asks = "Ctrl-C 两次：退出。";
    please_enlarge_leaving = "完成后即退出。";
    please_enlarge_others = "其他键无效。";
    please_enlarge_goes_on(what) = "仍在运行：{what}";
    pane_steps = "步骤";
    pane_connections = "连接";
    title_readable(readable, total) = "现在可读 {readable}/{total}";
    title_after(readable, total) = " → 执行计划后 {readable}/{total}";
    stopping = "正在停止";
    step_survey = "现状";
    step_backup = "备份";
    step_keys = "密钥";
    step_checks = "检查";
    step_checks_title = "解密检查";
    step_plan = "计划";
    step_passwords = "密码";
    step_apply = "应用";
    step_report = "报告";
    no_terminal_plain = "--plain 也不例外：它同样在终端上提问。";
    face_is_the_wizards = "--plain 和 --ascii 只用于向导及其演示；命令没有界面。";
    plain_dumb = "TERM 没有表明此终端能显示全屏界面，因此向导逐行运行 (--plain)。如需全屏，先设置 TERM，例如：export TERM=xterm-256color";
    plain_begin = "回答时，输入方括号中的内容，然后按 Enter。* 表示已选中的项。";
    plain_step(number, step) = "第 {number} 步，共 8 步：{step}";
    plain_field = "输入文本，然后按 Enter。以冒号开头的一行是命令。";
    plain_silent = "您输入的内容不会显示。";
    plain_unknown = "这不是可选项之一。";
    plain_unknown_field = "没有这个命令。以冒号开头的文本要输入两个冒号：::";
    plain_colon = "该行未被采用：它看起来像命令，而命令在此处以冒号开头。如果它就是文本本身，先显示输入框 (:v)。";
    plain_refused = "该行未被采用：它含有输入框不接受的字符。";
    plain_too_early = "该行未被采用：它是在提问之前输入的。";
    plain_unchanged(count: number) = count {
        Other "其余 {count} 项未变。",
    };
    plain_ticked = "已勾选";
    plain_not_ticked = "未勾选";
    plain_again = "重新显示全部";
    plain_leave = "离开？";
    plain_good = "正常";
    plain_bad = "异常";
    no_terminal = "向导需要终端。";
    no_size = "终端没有报告其大小 (0×0)。";
    no_size_next = "请用此命令设置大小：stty cols 80 rows 24；然后重新启动。或者使用这些命令：check、recover、undo。";
    no_terminal_next = "请通过终端登录 (ssh -t)，或者使用这些命令：check、recover、undo。参见 freescout-rescue --help。";
    no_terminal_next_in_container(exec) = "请用 {exec} -it 启动它，或者使用这些命令：check、recover、undo。参见 freescout-rescue --help。";
    quit_question = "要退出吗？Enter：退出。Esc：不退出。";
    quit_question_small = "要退出吗？Ctrl-C：是。";
    quit_nothing_changed = "没有更改任何内容。";
    quit_unfinished_stays(found) = "{found}它仍未完成：本次会话没有更改任何内容。";
    quit_backup_stays(folder) = "{folder} 中留有一份备份。其中包含 APP_KEY：不再需要时请将其删除。";
    quit_backup_stays_apart(folder, keys) = "{folder} 中留有一份备份，含密钥的文件在 {keys} 中：不再需要时请将两者都删除。";
    quit_recovery_stands(count: number, undo) = count {
        Other "本次会话所做的 {count} 次恢复继续有效。要撤销最近一次：{undo}",
    };
    quit_writing = "正在写入恢复内容，无法中断。写入一完成，程序就会退出。";
    quit_running = "还有操作正在进行，它将被停止。它不会更改 FreeScout 中的任何内容。";
    quit_typed(count: number) = count {
        Other "已输入但尚未应用的密码：{count} 个。它们将被丢弃。",
    };
    quit_report_outdated = "已保存的报告不包含最新结果（在步骤 8 按 Enter 可重新保存）。";
    quit_report_unsaved = "恢复已完成。其报告尚未保存（在步骤 8 按 Enter 可保存）。";

    // the screen: keys
    key_next = "继续";
    key_choose = "选择";
    key_choose_short = "列表";
    key_page = "上一页、下一页";
    key_ends = "首项、末项";
    key_move = "移动光标";
    key_pane = "下一列表";
    key_to_changes = "更改";
    key_to_strategies = "策略";
    key_complete = "补全";
    key_select = "选定";
    key_back = "返回";
    key_stop = "停止";
    key_filter = "筛选";
    path_too_many = "此目录中的名称太多，无法在此补全。";
    path_nothing = "此处没有以此开头的名称。";
    path_and_more(names, count: number) = count { Other "{names}  还有 {count} 个" };
    key_connections = "登录";
    key_direction = "收/发";
    key_keep_untested = "不测试即保留";
    key_test_all = "全部测试";
    key_send_again = "再次发送";
    key_send_once = "发送一次";
    key_stop_tests = "停止";
    key_failing_only = "仅失败项";
    key_help = "帮助";
    key_quit = "退出";
    key_retry = "重试";
    key_look_again = "重新查看";
    key_again = "再次运行";
    key_add_key = "添加密钥";
    key_add_key_short = "密钥";
    key_look_in = "搜索路径";
    key_look_in_short = "路径";
    key_look_processes = "搜索 PHP";
    key_look_processes_short = "PHP";
    key_look_usual = "搜索服务器";
    key_look_usual_short = "服务器";
    key_other_database = "其他数据库";
    key_other_folder = "其他目录";
    key_undo = "撤销";
    key_keep_keys = "保管密钥";
    key_keep_keys_short = "保管";
    key_watch = "监视";
    key_start_over = "重来";
    key_go = "转到步骤";
    key_erase = "删除";
    key_erase_all = "清空输入框";
    key_reveal = "显示";
    key_same_as = "建议";
    enter_use = "使用此项";
    enter_leave = "退出";
    enter_to_backup = "备份";
    enter_make_backup = "创建备份";
    enter_to_keys = "密钥";
    enter_to_checks = "检查";
    enter_to_plan = "计划";
    enter_to_passwords = "密码";
    enter_to_apply = "复核";
    enter_next_field = "下一项";
    enter_carry_out = "确认";
    enter_undo = "撤销";
    enter_make_safe = "创建保险文件";
    enter_make_timer = "启用监视";
    enter_to_report = "报告";
    enter_save_report = "保存报告";
    enter_save_short = "保存";
    help_connections = "✓ FreeScout 可以登录。✗ FreeScout 无法登录：这是服务器对此次登录的回应。→ 可以登录，但 FreeScout 还无法读取该密码。○ 未尝试；原因显示在下方。– 无需登录。· 尚未测试。";
    help_survey = "此步骤只读取。它显示 FreeScout 使用哪个密钥，以及存在什么问题。";
    help_unfinished(resume, undo) = "先前的一次运行被中断。`{resume}` 按当时确认的内容将其完成；`{undo}` 将一切还原到那次运行之前的状态。在此之前，不能开始其他恢复。";
    help_unfinished_undo(resume) = "一次撤销被中断。`{resume}` 会将其完成。在此之前，不能开始其他恢复。";
    help_backup = "恢复可能更改的一切内容都会被复制，并对副本进行验证。在此之前，后面的步骤不可用。";
    help_keys = "每个密钥都会得到确切的测试：它要么能解密某个机密值，要么不能。旧密钥常常可以在 .env 的备份、编辑器的临时文件、容器设置和 shell 历史记录中找到。请粘贴一个密钥，或指定要搜索的位置。条形图根据已发送邮件的 Message-ID 显示何时使用哪个密钥；“未知密钥”是指尚未找到的密钥。";
    help_checks = "K1、K2……表示由哪个密钥解密该机密值；✓ 标示当前密钥。只有标为“丢失”或“清空”的机密值需要重新输入密码。";
    help_plan = "上下键选择方式，Tab 转到更改列表。计划只在内存中试行，不会写入任何内容。";
    help_passwords = "密码保留在内存中，直到步骤 7 用计划最终采用的密钥将其加密。^O 会建议已知的密码，例如同一账户在别处的密码。";
    help_apply = "所有行在一个事务中更改，要么全部更改，要么全部不更改。密钥最后写入；如果写入失败，这些行会被还原。";
    help_report = "所有内容都已从文件和数据库中重新读取。按 u 撤销最近一次恢复；如果本次会话做过多次恢复，再按 u 会撤销前一次，依此类推。更早的恢复由命令 undo 撤销。";

    // the screen: survey
    more_above = "PgUp：上方还有";
    more_below = "PgDn：下方还有";
    survey_reading_long = "正在读取安装及其数据库。不会更改任何内容。";
    survey_install = "安装";
    survey_install_value(path, version, host) = "{path}，FreeScout {version}，位于 {host}";
    survey_found = "已找到";
    survey_choose = "请选择出问题的那个安装。按 Enter 打开；此时不会更改任何内容。";
    survey_database = "数据库";
    survey_database_value(server, database) = "{server}，{database}";
    survey_database_asked_as(database, user) = "{database}（以系统账户 {user} 通过套接字登录）";
    survey_database_prefix_value(server, database, prefix) = "{server}，{database}，前缀 {prefix}";
    survey_web_user = "Web 用户";
    survey_web_user_value(user, why) = "{user}（{why}）";
    survey_web_user_nameless(number, why) = "编号 {number}，此处没有名称的系统账户（{why}）";
    web_user_owner = "拥有 storage/";
    web_user_least(owners) = "各所有者中权限最低的一个：{owners}";
    web_user_acl = "一切都归 root 所有，但访问控制列表允许它写入";
    web_user_group(group) = "一切都归 root 所有，但组 {group} 可以写入";
    web_user_root = "一切都归它所有；PHP 不以 root 身份运行";
    web_user_named = "由 --web-user 指定";
    web_user_untold = "未知：任何人都可以更改 FreeScout 的配置。请用 --web-user 指定";
    survey_key = "密钥";
    survey_key_value(key, source) = "{key}，来自 {source}";
    survey_wrong = "存在的问题";
    survey_nothing_wrong = "密钥和存储的机密值都没有问题。";
    survey_do_not = "修复之前";
    survey_do_not_save = "不要保存邮箱表单：空的输入框会清除旧密码。";
    survey_do_not_restart = "不要重启队列进程或 PHP：它们的内存中可能有丢失的密钥。";
    survey_do_not_install = "不要打开 /install.php：它可能又会写入另一个密钥。";
    survey_folder_form = "FreeScout 的目录（含有 artisan 和 .env 的目录）：";
    survey_name_folder = "或者按 f，并在此输入其目录。";
    survey_other_values = "按 d 连接到其他数据库，仅用于本次会话：不会更改 FreeScout 的设置。";
    survey_database_form = "仅用于本次会话的数据库设置：不会向 FreeScout 的设置写入任何内容。连接使用您自己的权限，而不是 Web 用户的权限。Tab 转到下一个输入框，Enter 进行连接。";
    database_form_driver = "DB_CONNECTION 必须是 mysql、pgsql 或 sqlite。";
    database_form_port = "DB_PORT 必须是不大于 65535 的数字。";
    database_form_name = "DB_DATABASE 不能为空。";
    database_form_password = "如果 DB_PASSWORD 留空，则使用已配置的密码。";

    // the screen: backup
    backup_keys_apart(keys) = "含密钥的文件单独存放在 {keys} 中。请不要让他人访问这两个目录，并在不再需要时将其删除。";
    backup_what = "在进行任何更改之前，恢复可能更改的一切内容都会被复制到一个只有您能打开的目录中，并对副本进行验证：";
    backup_folder_form = "存放备份和日志库 (journal) 的目录。如果不存在，将会创建：";
    backup_folder_refused(why) = "无法使用此目录（{why}）。按 f 选择其他目录。";
    backup_folder_refused_fixed(why) = "无法使用此目录（{why}）。本主机上的目录在程序启动时选定：请按 q，并用另一个 --state-dir 重新启动。";
    backup_folder_choose_fixed = "要选择本主机上的永久目录，请按 q，并用 --state-dir 重新启动。";
    backup_folder_unusable = "无法使用此目录。";
    backup_folder_unusable_next = "请输入其他目录：只有您能写入的目录，或在这样的目录中新建一个目录。";
    backup_folder_whole = "请输入目录的完整路径，以 / 开头。";
    backup_folder_choose = "按 f 选择永久目录。";
    backup_folder_kept(path) = "备份和日志库 (journal) 现在存放到 {path}。";
    backup_list = "  · .env、密钥文件和配置缓存（如果存在）\n  · 每个依赖密钥的存储值的当前内容\n  · restore.sql，无需本程序即可将其还原\n  · 清单，含每个文件的 SHA-256 校验和";
    backup_full_dump(program) = "同时转储整个数据库（{program}）";
    backup_locks = "备份完成后，后面的步骤才会解锁。";
    backup_running = "正在创建备份。按 Esc 停止。";
    backup_stands = "备份已完成并通过验证。";
    backup_folder = "目录";
    backup_holds = "内容";
    backup_holds_value(texts: number, files: number, kib) = "{texts}，{files}，{kib} KiB",
        texts { Other "{texts} 个数据库字段" },
        files { Other "{files} 个文件" };
    backup_by_hand = "其 README 说明了如何用本程序或手动还原它。";
    backup_keep_closed = "它包含 APP_KEY 以及该密钥能解密的一切内容。请不要让他人访问，并在不再需要时将其删除。";

    // the screen: keys
    keys_all_open = "每个已加密的机密值都可以用这些密钥之一解密。";
    keys_some_closed(count: number) = count {
        Other "有 {count} 个机密值无法用这些密钥中的任何一个解密。要查找其密钥：粘贴一个密钥 (a)，搜索某个路径 (p)、此服务器 (s) 或正在运行的 PHP (m)。",
    };
    keys_none = "还没有已知密钥。";
    keys_of_demo(place) = "在此演示中，{place} 中某处藏有一个旧密钥：请按 s，在演示中它只搜索该目录。";
    keys_type_key = "密钥，即 APP_KEY= 之后的内容（不显示；^R 可显示）：";
    keys_type_place = "此服务器上的文件、归档文件或目录：";
    keys_more_sources(more: number) = more {
        Other "以及另外 {more} 处",
    };
    key_tried(key, opens: number) = "{key} 可解密 {opens}。",
        opens { Other "{opens} 个机密值" };
    key_tried_nothing(key) = "{key} 是有效的密钥，但在此处什么也无法解密。";
    key_not_a_key(why) = "这不是密钥：{why}。密钥是 base64: 加 44 个字符，或 32 个普通字符，或纸质密钥的所有行。";
    look_skipped_shown(more, first) = "未搜索：{first}，以及另外 {more} 项";
    look_skipped_one(first) = "未搜索：{first}";

    // the screen: checks
    column_owner = "邮箱或所有者";
    column_incoming = "收信";
    column_outgoing = "发信";
    column_oauth = "OAuth";
    cell_lost = "丢失";
    cell_damaged = "已损坏";
    cell_salvage = "可挽救?";
    cell_plain_read = "明文 ✓";
    cell_plain_untold = "明文 ?";
    cell_plain = "明文";
    cell_twice = "双重";
    cell_wiped = "清空";
    checks_nothing = "此处存储的内容都不依赖密钥。";
    checks_no_match = "没有包含此文本的行。按 Esc 重新显示所有行。";
    checks_planned(action) = " 建议的计划：{action}。";

    // the screen: plan
    strategy_restore = "还原";
    strategy_carry = "保留当前密钥";
    strategy_fresh = "全新密钥";
    strategy_reenter = "仅重新输入";
    strategy_restore_does = "放回旧密钥，重新加密较新的机密值";
    strategy_carry_does = "用它重新加密其他所有内容";
    strategy_fresh_does = "对所有内容使用新的随机密钥（如果旧密钥已泄露）";
    strategy_reenter_does = "只存储您输入的密码";
    plan_recommended = "  （推荐）";
    plan_rehearsing = "正在内存中试行计划。不会写入任何内容。";
    plan_headline(before, after, total, resealed, needed) = "可读取 {before} → {after}，共 {total}。新加密：{resealed}。需要输入的密码：{needed}。";
    plan_links_restore = "对旧邮件的回复、其中的链接、Web 计划任务 (web cron) 和 App 令牌恢复有效；对此后所发邮件的回复会失去其所属的对话。";
    plan_links_fresh = "所有人都必须重新登录。对已发送邮件的回复会开启新对话；其中的链接和 Web 计划任务 (web cron) 失效。";
    plan_links_same = "当前密钥保持不变：对用它发送的邮件的回复和其中的链接继续有效；用其他密钥发送的邮件则仍然失效。";
    damage_of_mails(parts) = "在已发送的邮件中，回复和附件链接依赖密钥：{parts}。";
    damage_regains(what) = "{what}恢复有效";
    damage_keeps(what) = "{what}继续有效";
    damage_breaks(what) = "{what}失效";
    damage_stays_broken(what) = "{what}仍然失效";
    damage_mails(mails, key) = "{mails}（{key}）";
    damage_mails_links(mails, links: number, key) = "{mails}和 {links}（{key}）",
        links { Other "{links} 个链接" };
    plan_links_keyless = "在此版本中，回复和附件链接不依赖密钥。";
    plan_links_work_again = "旧邮件中的附件链接恢复有效；在此版本中，回复不依赖密钥。";
    plan_links_stop = "已发送邮件中的附件链接失效；在此版本中，回复不依赖密钥。";
    plan_links_keep = "用当前密钥发送的邮件中的附件链接继续有效；在此版本中，回复不依赖密钥。";
    damage_logins_stay = "没有人需要重新登录。";
    damage_logins_end = "所有人都必须重新登录。";
    damage_key_restored = "密钥更改之前的 Web 计划任务 (web cron) URL 恢复有效；所有人都必须重新登录，在 App 中也是如此。";
    damage_key_changes = "Web 计划任务 (web cron) 会有新的 URL；所有人都必须重新登录，在 App 中也是如此。";
    damage_key_stays = "登录和 Web 计划任务 (web cron) 的 URL 继续有效。";
    damage_unknown_key = "未知密钥";
    damage_meaning = "客户对受影响邮件的回复可能会开启新对话；客服人员对受影响通知的回复会被丢弃。";

    // the screen: passwords
    kind_client_secret = "OAuth 客户端机密（收信）";
    kind_client_secret_outgoing = "OAuth 客户端机密（发信）";
    passwords_none = "无需输入密码。按 Enter 继续。";
    passwords_head_plain = "只有这些密码已丢失，或被其邮件服务器拒绝。您输入的内容会在步骤 7 以此版本的 FreeScout 所用的形式存储；留空的输入框则保持原样。";
    passwords_head = "只有这些密码已丢失，或被其邮件服务器拒绝。您输入的内容会在步骤 7 加密；留空的输入框则保持原样。";
    passwords_missing = "未输入";
    passwords_typed(count: number) = "已输入，{count}",
        count { Other "{count} 个字符" };
    passwords_same_as(owner, kind) = "与 {owner} 的{kind}相同";
    passwords_for(login, server) = "登录名 {login}，服务器 {server}";
    passwords_same_hint = "^O 会建议已知的密码：较旧的副本、同一账户在别处的密码、日志。";
    passwords_tested_first = "Enter 会在服务器上测试此密码；步骤 7 会存储它。";
    passwords_tested_later = "您输入的内容会先在其邮件服务器上测试；步骤 7 会存储它。";
    passwords_oauth(site, id) = "步骤 7 之后，请在浏览器中重新连接：https://{site}/mailbox/connection-settings/{id}/incoming";
    password_asterisks = "FreeScout 将星号视为“未更改”：此密码不会被使用。";
    password_zero = "FreeScout 将 0 视为“无密码”：此密码不会被使用。";
    password_blanks = "其开头或结尾是空格。FreeScout 自己的表单会去掉空格。";

    // the screen: apply
    apply_not_recommended(strategy) = "方式：{strategy}。这不是步骤 5 推荐的方式。";
    apply_head = "将写入以下内容，要么全部写入，要么什么也不写入：";
    apply_no_rows = "没有数据库字段更改";
    apply_rows_written(resealed, entered) = "新加密：{resealed}。存储的密码：{entered}。全部在一个事务中完成。";
    apply_key_env(key) = ".env 中的 APP_KEY 变为 {key}；所有者、组和权限模式不变";
    apply_key_file(path, key) = "密钥文件 {path} 的内容变为 {key}；所有者、组和权限模式不变";
    apply_new_key = "新的随机密钥";
    apply_cache_cleared = "如果配置缓存已过时，则清除它，并重启队列进程";
    apply_cache_removed(why) = "如果配置缓存已过时，则删除它，并通知队列进程重启。不运行 FreeScout 的清除缓存命令：{why}";
    apply_cache_removed_only(why) = "如果配置缓存已过时，则删除它。不运行 FreeScout 的清除缓存命令：{why}。无法从这里通知队列进程重启：请在事后以运行 PHP 的系统账户执行 `php artisan queue:restart`";
    apply_cache_stays = "配置缓存和队列进程保持原样：密钥不变";
    apply_workers_stay = "如果配置缓存已过时，则删除它；不重启队列进程，因为其中一个无法搜索，它可能持有丢失的密钥";
    apply_then(after, total) = "然后重新读取所有内容：{total} 个机密值中将有 {after} 个可读取";
    apply_lost(count: number) = count {
        Other "之后仍不可用：{count} 个。它们保持原样。",
    };
    apply_nothing_to_do = "无事可做：此计划不更改任何内容。";
    apply_lost_enter(count: number) = count {
        Other "仍不可用：{count} 个。其中可以重新输入的，请在步骤 6 输入（Esc 返回）。",
    };
    apply_backup(folder) = "用于撤销的备份位于 {folder}";
    apply_confirm(word) = "请输入 {word} 并按 Enter：";
    apply_confirm_stay(word, restart) = "请输入 {word} 并按 Enter：不重启队列进程。或者输入 {restart}：也重启队列进程，凡是只有它们持有的密钥都会丢失。";
    apply_running = "正在写入。此过程无法中断。";
    apply_typed_kept(count: number) = count {
        Other "到目前为止输入的密码会保留：{count} 个。",
    };

    // the screen: report and connections
    report_saved(path) = "已保存：{path} 和 .json";
    report_saved_while_testing(path) = "已保存到 {path}，连接测试仍在进行。测试完成后会再次保存；按 Enter 可立即保存。";
    report_saved_before(path) = "已保存：{path} 和 .json，但不含最新结果。按 Enter 可重新保存。";
    undo_head = "撤销恢复";
    undo_head_of(number, made) = "撤销本次会话的第 {number} 次恢复（共 {made} 次）";
    undo_not_ours = "它不是在本次会话中做的。";
    undo_what = "行和文件会变回之前的样子，逐字节一致。此后有人更改过的行不会改动，并会列出；如果 .env 此后被更改过，则什么都不会改动。";
    undo_confirm(word) = "请输入 {word} 并按 Enter：";
    connections_note = "尚未进行任何测试。按 t，再按 T，即可像 FreeScout 那样登录每台服务器。Cyrus 服务器会在首次通过 POP3 登录时创建 INBOX。";
    connections_none = "没有邮箱。";
    connections_none_tested = "尚未测试任何连接。按 F 显示全部。";
    connections_none_failing = "已测试的连接都没有失败。按 F 显示全部。";
    connections_untested = "未测试。Enter 测试此连接，T 测试全部。";
    connections_send_once(key) = "仍要在这里尝试一次，请按 {key}。";
    connections_send_again(key) = "要再次尝试，请按 {key}。";
    connections_open_first(open, key) = "{open}，再按 {key}";
    connections_waiting = "正在等待：每台服务器同时只进行少量测试，每个账户同时只进行一项。";
    connections_works(code, ms) = "{code}，{ms} ms";
    connections_said(said) = "“{said}”";
    connections_left(count) = "正在测试连接，还剩 {count} 个";
    enter_test = "测试此项";
    enter_try = "测试";
    password_trying = "正在邮件服务器上测试密码";
    password_kept = "未测试即保留";
    password_untested = "尚未测试";
    password_untestable = "无法在此处测试";

    // the report
    report_verified(resealed, entered) = "已按 FreeScout 的读取方式重新读取，一切均与计划相符。新加密：{resealed}。存储的密码：{entered}。";
    report_unverified(resealed, entered) = "已应用，但读取的结果并非全部与计划相符。新加密：{resealed}。存储的密码：{entered}。";
    report_undo(undo) = "要撤销它：{undo}";
    report_all_stand(made) = "本次会话的 {made} 次恢复都有效；每次撤销只撤销最近一次。";
    report_some_stand(count: number, made) = count {
        Other "本次会话的 {made} 次恢复中，有 {count} 次有效。",
    };
    report_none_stands(made) = "本次会话的 {made} 次恢复都已撤销。";
    report_hint_undo(number, made) = "按 u 撤销第 {number} 次恢复（共 {made} 次）。";
    report_hint_test = "按 t，再按 T，测试所有登录。";
    report_hint_send = "有一个登录未尝试，因为另一个登录拒绝了同一密码：请按 t，选中它（Tab 切换收信和发信），再按 r。";
    report_hint_failing = "按 t 查看登录的每个步骤。";
    report_hint_enter = "按 n 输入缺少的密码，或查找其密钥（会先创建新备份）。";
    report_made(version, at, host, user) = "freescout-rescue {version}：{at} 的报告，位于 {host}，由 {user} 生成";
    report_made_from(version, at, host, user, from) = "freescout-rescue {version}：{at} 的报告，位于 {host}，由 {user} 生成，来自 {from}";

    // the state of the mail
    state_readable(readable, total: number) = "FreeScout 可读取 {total}中的 {readable} 个",
        total { Other "{total} 个机密值" };
    state_rest(parts) = "（{parts}）";
    state_no_login = "没有可测试的登录";
    state_untested = "没有测试任何登录";
    state_untested_readable = "可读取，但没有测试任何登录";
    state_test(test) = "要测试登录：{test}";
    state_testing(ok, of: number, left) = "{of}中目前有 {ok} 个已通过登录验证，还有 {left} 个正在测试",
        of { Other "{of} 个连接" };
    state_proven(ok, of: number) = "{of}中有 {ok} 个已通过登录验证",
        of { Other "{of} 个连接" };
    state_failed(failed) = "，{failed} 个失败";
    state_not_tried(count) = "，{count} 个未尝试";
    state_login_untested = "未测试";
    state_unreadable(kind) = "{kind}无法读取";
    state_is_readable(kind) = "{kind}可读取";
    state_enter = "请重新输入。";
    state_reconnect = "请在浏览器中重新连接该邮箱。";
    state_license = "请在“模块”中重新输入许可证密钥。";
    state_module = "请在其模块的设置中重新输入。";
    state_recover = "再进行一次恢复即可找回。";
    state_login(direction, protocol, server, sign, outcome) = "  {direction}，{protocol} {server}：{sign} {outcome}";
    state_attention = "需要注意的内容";
    state_in_order = "正常的内容";

    report_aftercare = "接下来：S 将密钥保存到加密文件中，w 从现在起监视邮件和密钥。在接下来的一天里，也请留意 FreeScout 中的“管理 » 日志 » 获取错误”和“发送错误”。";
    safe_form_head = "保管密钥 (APP_KEY)";
    safe_form_what = "当前密钥以及被它取代的密钥会存入一个文件，用您选择的口令加密。有了它，即使失去这台服务器也不要紧，下一次更改密钥也不会造成损害。";
    safe_form_file = "文件";
    safe_form_passphrase = "口令";
    safe_form_again = "再次输入";
    safe_form_hint = "请把口令写下来：没有它，谁也打不开该文件。请把该文件复制到别处，既不要放在这台服务器上，也不要与数据库的副本放在一起。";
    safe_form_wrong_file = "请给出新文件的完整路径，从 / 开始。";
    safe_form_wrong_passphrase = "请选择一个口令。";
    safe_form_running = "正在创建密钥保险文件，并重新打开它以作验证。";
    watch_offer_head = "监视此帮助台";
    watch_offer_what(every) = "每 {every}：检查 .env、缓存和队列进程中的密钥，每个机密值，邮件服务器，证书，作业以及最近一次获取邮件；每个登录每六小时检查一次。不会更改 FreeScout 中的任何内容。";
    watch_offer_reading = "正在查看此处由什么定期执行检查……";
    watch_offer_told(channels) = "通知渠道：{channels}。";
    watch_offer_nobody = "目前不会通知任何人：请把要通知的对象写入 /etc/freescout-rescue/watch.toml（watch --example 会显示写法），并用 watch --test-alert 验证。";
    watch_offer_steps = "将在这台机器上执行以下操作：";
    watch_offer_takes_back = "watch --remove 会将其撤回。要查看完整的文件，或用 --yes 手动完成同样的操作：";
    watch_offer_made = "已有一个定时器在执行这些检查。watch --remove 会将其撤回。";
    watch_offer_otherwise = "已有一个 freescout-rescue 的定时器，但它运行的是别的内容：也许它监视的是另一个安装。它会保持原样。要将它替换为只监视此安装的定时器，请加上 --yes：";
    watch_offer_demo = "这是演示：此处不会创建定时器。";
    watch_offer_esc = "按 Esc 返回报告。";
    watch_made(every, command) = "从现在起，此帮助台处于监视中：每 {every}检查一轮，第一轮很快开始。要立即检查一轮并查看目前的情况：{command}";
    watch_made_idle(why, command) = "定时器已创建。{why}要立即检查一轮并查看目前的情况：{command}";
    report_watch = "需要留意：FreeScout 中的“管理 » 系统 » 状态”（作业、最近一次获取邮件），以及接下来一天里的“管理 » 日志 » 获取错误”和“发送错误”。\n请妥善保管密钥：在您的备份中包含一份 .env 的副本，并与数据库分开存放。";

    // sentences: findings
    no_usable_key = "无可用密钥";
    a_key_not_known_here = "一个此处未知的密钥";
    finding_stale_config_cache(cached, configured) = "配置缓存中仍为：{cached}；配置中为：{configured}。FreeScout 使用缓存中的密钥。";
    finding_unusable_key(why) = "当前密钥不可用：{why}。";
    finding_misspelled_key(place, key, fault) = "{place} 中有 {key}，但{fault}。这样 FreeScout 无法使用它；“还原”方式 (restore) 会以正确的形式写入它。";
    finding_misspelled_key_environment(key, fault) = "进程环境的 APP_KEY 中有 {key}，但{fault}。这样 FreeScout 无法使用它；请在设置它的地方改正。";
    misspelled_no_prefix = "前面缺少 `base64:`";
    misspelled_prefix = "前面的 `base64:` 不是小写字母";
    misspelled_quotes = "两边的引号被当作它的一部分读取";
    misspelled_comment = "后面的注释被当作它的一部分读取";
    misspelled_assignment = "那里是一整行 (`APP_KEY=…`)，而不只是密钥本身";
    misspelled_blanks = "两边的空格被当作它的一部分读取";
    misspelled_foreign = "两边有来自网页或文字处理软件的字符";
    misspelled_byte_order_mark = "前面有字节顺序标记 (BOM)";
    misspelled_utf16 = "以 UTF-16 保存";
    misspelled_wrapped = "被换行符断成两段";
    misspelled_url_safe = "在应为 + 和 / 的地方是 - 和 _";
    misspelled_path = "只是密钥文件的路径，而该路径应写在 APP_KEY_FILE 中";
    misspelled_other = "其中或两边有其他字符";
    finding_glued_key(line) = ".env 第 {line} 行含有两个连在一起的密钥，/install.php 会留下这种情况。两个都会试用。";
    finding_glued_key_cached = "配置缓存含有两个连在一起的密钥，/install.php 会留下这种情况。两个都会试用。";
    finding_worker_holds_other_key(pid, key) = "队列进程 {pid} 在更改之前启动，仍使用 {key} 发送和获取邮件。";
    finding_worker_older_than_key(pid) = "队列进程 {pid} 在配置更改之前启动。尚不清楚它使用哪个密钥：可能是另一个。";
    finding_key_from_process_environment = "APP_KEY 在进程环境（容器或进程池设置）中设置，并覆盖 .env。只能在那里更改。";
    finding_key_elsewhere(place, key, opens, total) = "{place}：该处将 APP_KEY 设为 {key}，它会覆盖 .env：使用它，FreeScout 可读取 {total} 个机密值中的 {opens} 个。请先恢复：计划会说明哪个密钥是正确的。然后在那里设置该密钥，或删除那一行以便使用 .env，再重新加载该服务；本程序不写入那个文件。";
    finding_key_elsewhere_cached(place, key, opens, total) = "{place}：该处将 APP_KEY 设为 {key}，它可读取 {total} 个机密值中的 {opens} 个。配置缓存暂时掩盖了它：一旦缓存被删除，或根据那里的设置重建，FreeScout 就会使用该密钥。请在那里将其删除；本程序不写入那个文件。";
    finding_key_elsewhere_start(place, variable, key, opens, total) = "{place}：该处将 {variable} 设为 {key}：容器下次启动时，会把该密钥写入 .env，覆盖其中已有的密钥。它可读取 {total} 个机密值中的 {opens} 个。请在定义容器的地方（compose 文件、Pod、模板）更改它。";
    finding_key_elsewhere_secret(place, key, variable, opens, total) = "{place} 中有 {key}，且 {variable} 指定了该文件：容器下次启动时，会把该密钥写入 .env，覆盖其中已有的密钥。它可读取 {total} 个机密值中的 {opens} 个。请在该文件中更改它。";
    finding_key_elsewhere_secret_untold(place, variable) = "{place}：该处让 {variable} 指定一个文件，而该文件届时含有哪个密钥，在此未知（外部 secret，或未找到的文件）。容器下次启动时，会把那个密钥写入 .env，覆盖其中已有的密钥。请检查该文件是否含有正确的密钥。";
    finding_key_elsewhere_unsure(place, key, opens, total) = "{place}：该处将 APP_KEY 设为 {key}，它可读取 {total} 个机密值中的 {opens} 个。不能确定这是否适用于此安装：如果适用，它会覆盖 .env。";
    finding_key_elsewhere_taken_over(place) = "{place}：该处的 APP_KEY 取自别处，或只在某个条件下设置，因此无法从该文件读出其值。如果它适用于此安装，就会覆盖 .env，即使其值为空。请检查它是否与 .env 中的相同，或在那里将其删除。";
    finding_key_not_lasting(path, when, keep) = "APP_KEY 读取自 {path}。{when}{keep}";
    change_not_lasting(path, definition) = "需手动完成：本计划的密钥写入 {path}，该文件会在重新创建容器时消失（重启会保留它）；请将该文件放入命名卷或挂载的目录，或在 {definition} 中设置密钥，之后运行 check";
    change_not_lasting_anywhere = "容器的定义（compose 文件、Pod、模板）";
    key_goes_with_container = "它位于容器自身的层中：重启会保留它，但重新创建容器时（更改之后执行 docker compose up，或更新镜像）它就会消失，所有存储的密码也随之丢失。";
    key_goes_with_pod = "它会随 Pod（emptyDir 卷）一起消失，所有存储的密码也随之丢失。";
    key_goes_with_nameless = "它位于未命名的卷中：由 docker run 新建的容器，或在 docker compose down 之后新建的容器，不会再得到它，所有存储的密码也随之丢失。";
    key_kept_in(definition) = "要保留它，请更改 {definition}：将该文件放入命名卷，或放入挂载到那里的主机目录；或者在环境中以 FREESCOUT_APP_KEY 或 APP_KEY（以镜像读取的为准）设置密钥。然后重新创建容器并运行 check。";
    key_kept_somewhere = "要保留它，请更改定义容器的地方（compose 文件、Pod、模板）：将该文件放入命名卷，或放入挂载到那里的主机目录；或者在环境中以 FREESCOUT_APP_KEY 或 APP_KEY（以镜像读取的为准）设置密钥。然后重新创建容器并运行 check。";
    finding_setting_elsewhere(place, name) = "{place}：该处将 {name} 设为与 .env 不同的值，并覆盖 .env：FreeScout 使用的数据库可能与本程序在此读取的不同。";
    finding_setting_elsewhere_cached(place, name) = "{place}：该处将 {name} 设为与 .env 不同的值。配置缓存会掩盖它，直到缓存被删除或重建。";
    finding_setting_elsewhere_unsure(place, name) = "{place}：该处将 {name} 设为与 .env 不同的值。不能确定这是否适用于此安装。";
    finding_key_elsewhere_definition(place, key, opens, total) = "{place}：该处将 APP_KEY 设为 {key}，它会覆盖 .env：使用它，FreeScout 可读取 {total} 个机密值中的 {opens} 个。请更改那一行，然后重新创建容器 (docker compose up -d)，再重新运行 check；本程序不写入那个文件。";
    finding_key_elsewhere_made_anew(place, key, opens, total) = "{place}：该处将 APP_KEY 设为 {key}：下次重新创建容器时，该密钥会覆盖 .env。它可读取 {total} 个机密值中的 {opens} 个。请先更改那一行。";
    finding_key_elsewhere_created(key, opens, total) = "创建容器时，其环境中的 APP_KEY 被设为 {key}，容器每次启动时它都会覆盖 .env：使用它，FreeScout 可读取 {total} 个机密值中的 {opens} 个。只有用正确的密钥新建容器才能更改它（docker run -e APP_KEY=…，或 compose 文件）；之后请重新运行 check。";
    change_created(key) = "需手动完成：创建容器时，其环境中的 APP_KEY 被设为 {key}，它会覆盖 .env；请改用本计划的密钥新建容器（docker run -e APP_KEY=…，或 compose 文件），之后运行 check";
    set_at_creation = "创建容器时所用的环境";
    definition_broken(path, line) = "{path}（创建容器所依据的文件）不是有效的 YAML（第 {line} 行）：尚不清楚它是否为下次启动设置了 APP_KEY。请改正它，并重新运行 check。";
    definition_too_much(path) = "{path}（创建容器所依据的文件）的长度或嵌套超出本程序可读取的范围，或者引用了自身：尚不清楚它是否为下次启动设置了 APP_KEY。请在其中查找 APP_KEY。";
    definition_untold(path, line) = "{path} 第 {line} 行通过变量指定了一个文件，而该变量的值在此未知：尚不清楚那个文件是否为下次启动设置了 APP_KEY。请在其中查找 APP_KEY。";
    definition_not_understood(path, line) = "{path}（创建容器所依据的文件）第 {line} 行可能以本程序无法理解的方式设置了 APP_KEY。请查看那一行。";
    definition_name_untold(path) = "{path} 用说明符 (specifier) 命名其容器，而该说明符在此未知：如果它创建的就是此容器，则可能为其下次启动设置了 APP_KEY。请在其中查找 APP_KEY。";
    definition_missing(path) = "{path}（创建容器所依据的文件，或其中指定的文件）不在本主机上（Portainer 及类似工具将这些文件保存在它们自己的容器中）。容器现在有什么是已知的；下次创建时是否会设置另一个 APP_KEY 则未知。";
    definition_not_a_file(path) = "{path}（创建容器所依据的文件，或其中指定的文件）不是文件，而是目录、管道或指向不存在目标的链接：尚不清楚下次创建容器时是否会设置另一个 APP_KEY。如果要挂载的文件不存在，Docker 会在那里创建一个目录。请放回该文件，并重新运行 check。";
    definition_not_text(path) = "{path}（创建容器所依据的文件，或其中指定的文件）不是 UTF-8 文本（Windows 上的某些编辑器以 UTF-16 保存）：尚不清楚下次创建容器时是否会设置另一个 APP_KEY。请将其保存为 UTF-8，并重新运行 check。";
    definition_not_named(path) = "{path}（创建容器所依据的文件）中已不再有该容器的服务。容器现在有什么是已知的；下次创建时是否会设置另一个 APP_KEY 则未知。";
    definition_never_started(path) = "{path} 不存在：Podman 在容器首次启动时才写入它。在此之前，只知道该容器的镜像，不知道它的卷、挂载和环境：在镜像中找到的安装，可能不是该容器将来使用的那个。请启动该容器一次，并重新运行 check。";
    definition_database(path, why) = "{path}（Podman 在其中保存创建容器所依据的内容）{why}：尚不清楚下次创建容器时是否会设置另一个 APP_KEY。请在创建该容器的 compose 文件或单元文件 (unit) 中查找 APP_KEY。";
    database_too_large = "超出本程序可读取的大小 (16 MiB)";
    database_damaged = "已损坏或被截断";
    database_strange = "的结构与 Podman 的不符，或响应时间过长";
    set_by_definition = "（容器的定义）";
    change_at_start(place, variable, key) = "需手动完成：{place}，该处将 {variable} 设为 {key}，容器下次启动时会用它覆盖 .env 中本计划的密钥；请将那里的 {variable} 设为本计划的密钥（或删除那一行），重启之后运行 check";
    change_secret_at_start(place, key) = "需手动完成：{place} 是含有 {key} 的 secret，容器下次启动时会用它覆盖 .env 中本计划的密钥；请将本计划的密钥放入该文件，重新创建容器 (docker compose up -d --force-recreate)，之后运行 check";
    change_at_start_somewhere(variable, key) = "需手动完成：在定义容器的地方（compose 文件、Pod、模板），{variable} 被设为 {key}，容器下次启动时会用它覆盖 .env 中本计划的密钥；请将那里的 {variable} 设为本计划的密钥，重新创建容器，之后运行 check";
    change_definition(place, key) = "需手动完成：{place}，该处将 APP_KEY 设为 {key}；请在那里将其设为本计划的密钥，然后重新创建容器 (docker compose up -d)，之后运行 check";
    set_in_file(path, line, by) = "{path} 第 {line} 行{by}";
    set_in_process(pid) = "进程 {pid} 的环境";
    set_by_pool(name) = "（FPM 进程池 {name}）";
    set_by_site(name) = "（Web 服务器，{name}）";
    set_by_service(name) = "（服务 {name}）";
    set_by_cron = "（计划任务表）";
    set_by_everyone = "（登录和 cron）";
    finding_setting_elsewhere_taken_over(place, name) = "{place}：该处的 {name} 取自别处，或只在某个条件下设置，因此无法从该文件读出其值。如果它适用于此安装，就会覆盖 .env。";
    change_elsewhere(place, key) = "需手动完成：{place}，该处将 APP_KEY 设为 {key}；请在那里将其删除，否则它会覆盖本计划的密钥";
    recovered_but_elsewhere = "FreeScout 尚未使用此密钥。";
    handover_key_elsewhere = "没有配置缓存时，FreeScout 会使用另一个文件中设置的密钥，而本程序不写入那个文件。";
    finding_key_file_unreadable(path, why) = "APP_KEY_FILE 指定了 {path}，但无法读取它：{why}。这样 FreeScout 无法启动。";
    finding_key_file_barred(path, user) = "APP_KEY_FILE 指定了 {path}，但运行 FreeScout 的系统账户 {user} 无权读取它。FreeScout 无法从中得到密钥，因此无法启动。请让 {user} 能够读取它 (chgrp, chmod 0440)，或在定义该 secret 的地方设置其所有者。如果 FreeScout 以其他系统账户运行，请用 --web-user 指定。要现在试用其中的密钥，请对该文件使用 --key-file。";
    finding_web_user_untold = "整个 FreeScout 都归 root 所有，但此服务器上的任何人都可以更改 .env 或配置缓存，因此尚不清楚 FreeScout 以哪个系统账户运行。请用 --web-user 指定（例如 www-data），并取消写入权限（对该目录、.env、bootstrap/cache 及其文件执行 chmod o-w）。在此之前，本程序对 FreeScout 使用 nobody 的权限，且不运行 PHP。";
    finding_env_refused_now(line) = "FreeScout 无法启动：它无法读取 .env 第 {line} 行，那里含空格的值需要引号。请将该值放在双引号中。";
    finding_env_refused(line) = "FreeScout 无法读取 .env 第 {line} 行：含空格的值需要引号。没有配置缓存，它就无法启动。";
    finding_under_other_key(count: number, key) = count {
        Other "有 {count} 个机密值是用 {key} 加密的，而它不是当前密钥。",
    };
    finding_under_unknown_key(count: number) = count {
        Other "有 {count} 个机密值无法用任何已知密钥解密：要么尚未找到其密钥，要么存储的文本被更改过。",
    };
    finding_damaged(count: number) = count {
        Other "有 {count} 个机密值已损坏，按现状无法用任何密钥解密。",
    };
    finding_plaintext(count: number) = count {
        Other "有 {count} 个密码以未加密的形式存储。FreeScout 会将其读为空值。",
    };
    finding_plaintext_untold(count: number) = count {
        Other "有 {count} 个密码以未加密的形式存储。尚不清楚此版本的 FreeScout 是否会读取它们，因此保持原样。",
    };
    finding_plaintext_until_update(count: number) = count {
        Other "有 {count} 个密码或令牌以未加密的形式存储。此版本的 FreeScout 会读取它们；1.8.232 及更高版本则不会。更新之后请重新运行本程序。",
    };
    finding_awaits_migration(count: number) = count {
        Other "有 {count} 个密码以未加密的形式存储，因为 FreeScout 的迁移尚未在此数据库上运行。请以 Web 用户身份运行 `php artisan migrate`：它会加密这些密码。本程序将其保持原样。",
    };
    finding_would_seal_again(count: number) = count {
        Other "有 {count} 个机密值已经加密，但 FreeScout 中加密它们的迁移没有标记为已运行：`php artisan migrate` 会将它们再加密一次。那之后，请重新运行本程序。",
    };
    finding_version_untold(stated) = "config/app.php 写明的版本是“{stated}”，这不是已发布的版本。未加密存储的值保持原样。";
    finding_version_not_stated = "config/app.php 没有写明 FreeScout 的版本。未加密存储的值保持原样。";
    finding_system_mail_broken(version) = "FreeScout {version} 有一个缺陷 (bug)：无论使用哪个密钥，它都以错误的形式发送系统邮件密码。请更新 FreeScout。";
    finding_nested(count: number) = count {
        Other "有 {count} 个机密值被双重加密。",
    };
    finding_salvageable(count: number) = count {
        Other "有 {count} 个机密值也许可以挽救：有已知密钥能解密它们，但其 MAC 不能证实结果。",
    };
    finding_older_found(count: number) = count {
        Other "有 {count} 个现已丢失的机密值存在于较旧的副本中，且有已知密钥能解密这些副本：`recover --take-older` 会将其找回。",
    };
    finding_older_offered(count: number) = count {
        Other "有 {count} 个现已丢失的机密值存在于较旧的副本中，但不能确定这些副本属于此安装。它们绝不会被自动使用：向导会在输入密码的地方提供它们，并说明各自的来源。",
    };
    finding_password_in_log(count: number) = count {
        Other "在 FreeScout 的日志中可以读到 {count} 段很可能是密码的文本：它们是失败的登录留下的。待一切恢复正常后，请删除这些日志条目；如果他人能够读取日志，请更改这些密码。",
    };
    finding_failed_mails(count: number) = count {
        Other "FreeScout 已放弃发送 {count} 封邮件，不会再自行发送它们。待发信登录恢复正常后：`resend` 会显示这些邮件，`resend --yes` 会让它们发送出去。FreeScout 每周一次从其列表中删除它们。",
    };
    finding_probably_wiped(owner, place) = "{owner}，{place}：需要密码，但没有存储密码。很可能是在密码输入框为空时保存表单，将其清除了。";
    finding_licences(count: number) = count {
        Other "无法读取的机密值中有 {count} 个是模块的许可证密钥：FreeScout 的每日检查会停用这些模块。",
    };
    finding_published_key(key, published) = "{key} 是公开的（{published}）：请更换为新密钥。";
    finding_published_key_in_force(key, published) = "当前密钥 {key} 是公开的（{published}）：任何人都可以读取用它加密的内容。请更换为新密钥。";
    finding_given_key_useless(key, source) = "给出的密钥（{source}，{key}）无法解密任何存储的机密值。请指定含有正确密钥的文件，或去掉 --key-file。";
    finding_database_settings_differ = "配置缓存和 .env 指定了不同的数据库。FreeScout 现在使用缓存中的那个；缓存一旦清除，就会使用 .env 中的那个。";
    finding_root_owned(path) = "{path} 归 root 所有，但 Web 用户必须能够写入它。请用 chown 更改其所有者，否则页面会出错。";
    finding_not_transactional(table) = "表 {table} 使用不支持事务的存储引擎：恢复在该表中无法回滚。";
    finding_older_schema(missing) = "数据库比此版本的 FreeScout 旧：{missing} 不存在，因此未作检查。";
    finding_not_root = "未以 root 身份运行：无法查看其他系统账户的进程。";
    finding_not_writable(help) = "按目前的情况，此处无法进行任何恢复。{help}";
    finding_env_world_readable(paths, user) = "此系统上的每个账户都可以读取 {paths}，从而读到其中的 APP_KEY 和密码。请先确认 {user} 仍能以所有者身份或通过其组读取，再取消其他账户的读取权限 (chmod o-r)。";
    finding_env_world_readable_served(paths, link, user) = "此系统上的每个账户都可以读取 {paths}，从而读到其中的 APP_KEY 和密码。{link} 指向那里，因此 Web 服务器可能会将其提供给任何人：请删除该链接。请先确认 {user} 仍能以所有者身份或通过其组读取，再取消其他账户的读取权限 (chmod o-r)。";
    finding_env_world_readable_user = "运行 FreeScout 的系统账户";
    finding_key_has_no_copy(command) = "日志库 (journal) 中没有任何含当前密钥的密钥保险文件或纸质密钥的记录：如果 .env 丢失，所有密码也会随之丢失。请制作一份副本，并存放在这台服务器以外的地方（要打印到纸上，请用 --paper 代替 --output FILE）：{command}";
    finding_cache_older_than_env(built, changed) = "配置缓存生成于 {built} UTC，而 .env 在此之后于 {changed} UTC 被更改。两者含有相同的密钥，但其他设置可能不同：在缓存清除之前，FreeScout 使用缓存中的设置，之后使用 .env 中的设置。";
    finding_install_page = "不要在浏览器中打开 /install.php：以目前的密钥配置，它会向 .env 写入新的密钥。";
    key_error_empty = "内容为空";
    key_error_length(bytes: number) = "其长度为 {bytes}，而不是 32",
        bytes { Other "{bytes} 字节" };
    key_error_trailing = "其末尾之后还有内容";
    key_error_encrypted(program) = "它由 {program} 加密，在 FreeScout 读取之前没有解密";

    // sentences: secrets and verdicts
    kind_incoming = "收信密码";
    kind_outgoing = "发信密码";
    kind_oauth = "OAuth 令牌";
    kind_system_mail = "系统邮件密码";
    kind_module_option = "模块选项";
    kind_license = "模块许可证密钥";
    place_of_mailbox(what, id) = "{what}（邮箱 {id}）";
    place_of_owner(owner, place) = "{owner}，{place}";
    place_in_row(what, table, id) = "{what}（{table} 表，行 {id}）";
    place_in_env(name) = ".env 中的 {name}";
    place_access_token = "OAuth 访问令牌";
    place_refresh_token = "OAuth 刷新令牌";
    place_option = "设置";
    kind_invited_user = "受邀用户的占位密码";
    kind_env_value = ".env 值";
    verdict_opens(key) = "可用当前密钥 {key} 解密。";
    verdict_other_key(key) = "可用 {key} 解密，不能用当前密钥解密。";
    reads_empty = "FreeScout 读到的是空值。";
    reads_as_stored = "FreeScout 把加密后的文本本身当作密码使用，因此该输入框看起来不为空。";
    reads_as_stored_token = "FreeScout 把加密后的文本本身当作令牌使用。";
    reads_license = "FreeScout 把加密后的文本本身当作许可证密钥使用。";
    reads_module = "所属模块无法读取它。";
    reads_invited = "这没有害处：邀请仍然有效。";
    verdict_unknown_key = "无法用任何已知密钥解密：它的密钥尚未找到，或者存储的值被改动过。";
    verdict_damaged_key(key) = " 它是用 {key} 加密的。";
    verdict_plaintext = "以未加密形式存储；FreeScout 读到的是空值。";
    verdict_plaintext_as_it_is = "以未加密形式存储，此版本的 FreeScout 就是这样存储的。";
    verdict_plaintext_still_read = "以未加密形式存储。此版本的 FreeScout 会原样使用它；1.8.232 及更高版本不会。";
    verdict_plaintext_awaits = "以未加密形式存储。FreeScout 在运行数据库迁移（php artisan migrate）之后才会读取它。";
    verdict_plaintext_untold = "以未加密形式存储。不清楚此版本的 FreeScout 是否会使用它。";
    verdict_plaintext_works = "以未加密形式存储；FreeScout 会原样使用它。";
    verdict_nested(key) = "双重加密，外层用 {key} 加密。FreeScout 读到的是内层的加密文本，而不是密码。";
    verdict_nested_closed(key) = "双重加密；外层可用 {key} 解密，但没有已知密钥能解密内层。";
    verdict_wiped = "为空，但此处需要密码：很可能是在密码输入框为空时保存表单而被清空的。";
    verdict_null = "由设置页面保存为“无密码”。";
    verdict_empty = "没有存储任何内容。";
    salvage_missing(key) = "它的 MAC 缺失，但用 {key} 可解密出有效的值：可以挽救，但无法证明该值正确。";
    salvage_upper_case(key) = "它的 MAC 与 {key} 相符，但为大写，FreeScout 不接受：可以挽救。";
    salvage_wrong(key) = "它的 MAC 不正确，但用 {key} 可解密出有效的值：可以挽救，但无法证明该值正确。";
    damage_bad_base64 = "已损坏：存储的文本含有无效字符。";
    damage_bad_json = "已损坏：存储的文本不是应有的 JSON。";
    damage_no_mac = "已损坏：MAC 缺失。";
    damage_bad_iv = "已损坏：初始化向量不是 16 字节。";
    damage_truncated = "已损坏：存储的文本被截断。";
    damage_bad_padding = "已损坏：MAC 正确，但密文无法解密。";
    damage_not_serialized = "可以解密，但得到的不是 FreeScout 要求的序列化值，因此被读作空值。";
    damage_bad_meta = "已损坏：邮箱的 meta 不是 JSON，因此无法读取其 OAuth 令牌。";
    damage_of_newer_version = "已加密，这是较新版本 FreeScout 的做法。此版本以未加密形式存储该值，会直接使用加密后的文本本身。";
    damage_too_long = "太长，不可能是 FreeScout 的机密值；未读取。";
    action_nothing = "没有存储内容，无需处理";
    action_keep = "保持原样";
    action_keep_until(key) = "保持原样，待 {key} 重新成为当前密钥后即可读取";
    action_reseal(key) = "重新加密，此前用 {key} 加密";
    action_seal = "首次加密";
    action_leave = "不作改动";
    action_leave_to_migration = "不作改动：FreeScout 的数据库迁移会将其加密";
    action_enter_plain = "存储新密码，按此版本的做法不加密";
    action_unwrap = "解密两层，然后只加密一次";
    action_repair = "改写成 FreeScout 能读取的形式，并重新加密";
    action_salvage(key) = "用 {key} 挽救，无法证明结果正确";
    older(what, date, source) = "{what}（{date}），来自 {source}";
    older_with_origin(older, origin) = "{older}（{origin}）";
    older_stood(origin) = "出处：{origin}。";
    older_of_table(table, database) = "数据库 {database} 的表 {table}";
    older_of_table_alone(table) = "某个未注明名称的数据库的表 {table}";
    older_of_database(database) = "数据库 {database}";
    older_of_nowhere = "未注明名称的数据库和表";
    older_not_taken = "未使用的较旧密码，因为不能确定它们属于此邮箱。向导会在输入密码的步骤中提供它们：";
    doubt_no_row = "它是根据附近的地址识别出来的，不是从数据库行中读取的。";
    doubt_other_database(own) = "那是另一个数据库：此安装使用的是 {own}。";
    doubt_other_server(host) = "那是另一台服务器 {host} 上的同名数据库。";
    doubt_other_table(own) = "那是另一个表：此安装使用的是 {own}。";
    doubt_no_table = "没有任何信息表明它来自哪个表。";
    doubt_other_install = "它在另一个安装的备份中。";
    doubt_other_address(address) = "那里的这一行属于 {address}。";
    doubt_no_address = "那里的这一行没有地址。";
    doubt_other_row(row) = "在那里，具有此地址的行编号是 {row}。";
    doubt_other_login(login, server) = "它用于另一个登录：{server} 上的 {login}。";
    doubt_unsure = "注明数据库名称的那一行可能是某封邮件正文的一部分。";
    doubt_disagreement = "另有同样可能属于此安装的副本，其中的密码不同。";
    doubt_superseded = "已知有一个日期更晚的密码。";
    logged(date, seen_in) = "{date} 在 {seen_in} 中出现过的密码，未经证实";
    logged_undated(seen_in) = "在 {seen_in} 中出现过的密码，未经证实";
    older_undated(what, source) = "较旧的{what}（日期不明），来自 {source}";
    action_enter = "存储新密码";
    action_stays_lost = "仍然无法读取；需要它的密码";
    action_lost_oauth = "仍然无法读取；请在浏览器中重新连接该邮箱";
    action_lost_license = "仍然无法读取；请在“模块”中重新输入许可证密钥";
    action_lost_module = "仍然无法读取；请在其模块的设置中重新输入";
    action_lost_invited = "仍然无法读取，但没有害处";

    // sentences: keys, strategies, backup
    source_backup(created, path) = "{created} 的备份（{path}）";
    source_given = "由您提供";
    source_stdin = "标准输入";
    source_layer(container, inside, path) = "{container} 的一个层，{inside}（{path}）";
    source_layer_of_none(inside, path) = "目前没有容器使用的一个层，{inside}（{path}）";
    source_line(line) = "，第 {line} 行";
    source_misspelled(fault) = "（{fault}）";
    key_opens(opens, total) = "可解密 {opens}/{total}";
    key_opens_nothing = "无法解密此处任何内容";
    key_in_force = "，当前密钥";
    timeline_head = "各密钥的使用时段（根据已发送的邮件）：";
    timeline_era(first, last, key, mails) = "{first} 至 {last}  {key}  {mails}";
    timeline_mail = "1 封邮件";
    timeline_mails(mails: number) = "{mails}",
        mails { Other "{mails} 封邮件" };
    timeline_more(more: number) = "以及 {more}",
        more { Other "{more} 个较短的时段" };
    timeline_until(key, last) = "{key} 一直使用到 {last}：在那之前不久所做的备份中含有它。";
    timeline_between(key, first, last) = "{key} 在 {first} 至 {last} 期间使用：在此期间所做的备份中含有它。";
    timeline_lost_until(last, mails) = "直到 {last}（{mails}），FreeScout 使用了此处未知的一个或多个密钥：在那之前不久所做的备份中含有其中最后一个。";
    timeline_lost_between(first, last, mails) = "从 {first} 至 {last}（{mails}），FreeScout 使用了一个此处未知的密钥：在此期间所做的备份中含有它。";
    timeline_latest(last, key) = "截至 {last} 的最近邮件是用 {key} 发送的，它不是当前密钥：某个仍在运行的队列进程可能持有它。";
    timeline_lost_latest(last) = "截至 {last} 的最近邮件是用一个此处未知的密钥发送的：当时所做的备份中含有它，某个仍在运行的队列进程也可能持有它。";
    timeline_replaced(mails: number, last, key, backup) = mails {
        Other "有 {mails} 封邮件（最近一封在 {last}）是用 {key} 发送的，它已不再是当前密钥；它在 {backup} 的备份中。",
    };
    timeline_in_backup(key, last, backup) = "{key} 一直使用到 {last}；它在 {backup} 的备份中。";
    timeline_turns(first, last, one, other) = "从 {first} 至 {last}，邮件交替使用 {one} 和 {other} 发送：有两个进程使用了不同的密钥，例如 Web 端和某个队列进程。";
    key_mails(mails: number) = "，用它发送了 {mails}",
        mails { Other "{mails} 封邮件" };
    key_published_useless(published) = "，已被公开（{published}）";
    key_published(published) = "，【已被公开】（{published}）：请更换";
    why_published_key = "当前密钥已被公开，因此应全部改用新密钥。";
    why_old_key_opens_most = "大多数机密值是用旧密钥加密的。";
    why_old_key_opens_more = "大多数机密值是用旧密钥加密的。换回旧密钥还能使回复、附件链接和 Web 计划任务 (web cron) 继续正常工作。";
    why_misspelled = "正确的密钥就在配置中，但写法有误：将按 FreeScout 能读取的写法写入配置。";
    why_old_key_configured = "旧密钥已在配置中；只是配置缓存已过时。";
    why_old_key_sent_more = "大多数邮件是用旧密钥发送的。换回旧密钥能使对这些邮件的回复以及其中的链接继续正常工作。";
    why_current_key_serves_more = "当前密钥能解密的更多，或者用它发送过的邮件更多；其余的将用它重新加密。";
    why_key_settled = "上次恢复已将它设为当前密钥。此后用其他密钥保存的内容将用它重新加密。";
    why_key_is_out_of_reach = "密钥是在 FreeScout 的文件之外设置的，因此予以保留，所有内容都用它重新加密。";
    why_only_repairs = "当前密钥正确；只有某些存储的值或配置需要修复。";
    why_nothing_to_open = "剩下的都已损坏：只有新密码才有用。";
    why_key_missing = "有些机密值无法用任何已知密钥解密。旧的 .env、备份或编辑器的交换文件中可能仍有它们的密钥：在重新输入密码之前，请先到那里查找。";
    why_no_usable_key = "没有可用的密钥，也没有任何内容是用其他密钥加密的：将生成新密钥，并重新输入密码。";
    impossible_no_old_key = "目前不知道有其他能解密任何内容的密钥。请先搜索：在向导中，或使用 find-key。";
    impossible_no_key_in_force = "没有可用的当前密钥。";
    impossible_key_out_of_reach = "密钥由进程环境（容器或进程池的设置）设置：请在那里更改。";
    // access tokens
    oauth_nonsense = "无法理解邮件服务商的回复。";
    backup_done(texts: number, files: number, kib, folder) = "备份：{texts}和 {files}，{kib} KiB，已验证：{folder}",
        texts { Other "{texts} 个数据库字段" },
        files { Other "{files} 个文件" };
    backup_done_encrypted(texts: number, files: number, kib, folder) = "加密备份：{texts}和 {files}，{kib} KiB，已再次解密并验证：{folder}",
        texts { Other "{texts} 个数据库字段" },
        files { Other "{files} 个文件" };

    // connection tests
    probe_days_left(days) = "剩余 {days} 天";
    probe_no_expiry = "无到期日";
    probe_expired_days(days) = "已过期 {days} 天";
    probe_issued_by(issuer) = "由 {issuer} 颁发";
    probe_folder(folder, count: number) = "{folder} {count}",
        count { Other "{count} 封邮件" };
    journey_subject = "freescout-rescue connection test";
    journey_body = "This email was sent by freescout-rescue to test whether this mailbox can send and receive. You can delete it.";

    // connection tests: how they ended, in a word or two
    code_ok = "正常";
    code_would_work = "将可用";
    code_not_tried(why) = "未尝试：{why}";
    code_dns = "主机不存在";
    code_refused = "连接被拒绝";
    code_unreachable = "无法到达";
    code_timeout = "无应答";
    code_tls_handshake = "TLS 失败";
    code_tls_wrong_mode = "加密设置有误";
    code_cert_expired = "证书已过期";
    code_cert_name = "证书属于其他名称";
    code_cert_untrusted = "证书不受信任";
    code_not_a_mail_server = "不是邮件服务器";
    code_other_server = "应答的是另一服务器";
    code_starttls_refused = "STARTTLS 被拒绝";
    code_auth_rejected = "登录被拒绝";
    code_app_password_required = "需要应用专用密码";
    code_basic_auth_disabled = "密码登录已关闭";
    code_smtp_auth_disabled = "SMTP 登录已关闭";
    code_service_disabled = "访问被阻止";
    code_rate_limited = "登录次数过多";
    code_auth_unavailable = "无法进行登录";
    code_oauth_expired = "令牌已过期";
    code_oauth_rejected = "令牌被拒绝";
    code_folder_missing = "缺少文件夹";
    code_sender_refused = "发件人被拒绝";
    code_protocol_error = "协议错误";
    code_no_password = "无密码";
    code_unreadable_password = "无法读取";
    code_unreadable_in_full = "密码无法读取";
    code_not_needed = "无需登录";
    code_not_configured = "未配置";
    code_same_as_before = "未尝试";
    code_no_resolver = "容器中没有可解析域名的程序";
    code_container_stopped = "容器已停止";
    code_cannot_tell = "本程序无法判断";
    code_our_fault = "未测试：本程序的缺陷";

    // connection tests: what to do
    advice_wrong_password = "用户名或密码错误。请重新输入密码，或到邮件服务商处查询。";
    advice_password_expired = "服务器表示密码已过期：请在那里设置新密码，然后在此输入。";
    advice_google_password = "密码错误或已被撤销。Google 只接受应用专用密码：请新建一个（myaccount.google.com/apppasswords），输入时不含空格。";
    advice_google_app_password = "已启用双重验证：请创建应用专用密码（myaccount.google.com/apppasswords），输入时不含空格。";
    advice_google_spaces = "存储的应用专用密码含有空格。Google 显示时带空格；请输入不含空格的 16 个字母。";
    advice_google_browser = "Google 阻止了此次登录。请在浏览器中登录该账户，允许此次登录，然后再次测试。";
    advice_yahoo_app_password = "Yahoo 和 AOL 只接受应用专用密码：请在该账户的安全设置中创建。";
    advice_icloud_app_password = "iCloud 只接受应用专用密码（account.apple.com），而且 IMAP 的用户名往往只是 @ 前面的名称。";
    advice_fastmail_app_password = "Fastmail 只接受应用专用密码：Settings, Privacy & Security, Integrations。";
    advice_microsoft_oauth(url) = "Microsoft 在此不再接受密码：请通过 OAuth 连接该邮箱，{url}";
    advice_microsoft_smtp_auth = "SMTP AUTH 已关闭：Microsoft 365 管理员必须为此邮箱启用 Authenticated SMTP。";
    advice_microsoft_not_connected = "已登录，但被拒绝访问该邮箱：共享邮箱名称错误、应用缺少 IMAP 权限，或被限速。";
    advice_microsoft_token_refused(url) = "令牌被拒绝：请检查应用的权限和邮箱的名称，然后重新连接，{url}";
    advice_token_refused(url) = "令牌被拒绝：请在浏览器中重新连接该邮箱，{url}";
    advice_too_many = "不是密码的问题：连接或登录次数过多。请等待几分钟，然后再次测试。";
    advice_too_many_failed = "登录失败次数过多后被拒绝：可能是密码错误，也可能是账户被暂时锁定。请等待一段时间再尝试其他密码。";
    advice_try_later = "不是密码的问题：服务器目前无法检查密码。请稍后再次测试。";
    advice_in_use = "不是密码的问题：另一个程序正打开着此邮箱。请一分钟后再次测试。";
    advice_enable_protocol(protocol) = "此账户的 {protocol} 已关闭：请在邮件服务商的邮件设置中启用。";
    advice_enable_imap_or_app_password = "此账户的 IMAP 已关闭，或者需要应用专用密码：请检查邮件服务商的邮件设置。";
    advice_contact_admin = "该账户已被封锁：请询问邮件服务器的管理员。";
    advice_needs_encryption(url) = "服务器只接受通过加密连接的登录：请在 FreeScout 中选择 STARTTLS 或 SSL，{url}";
    advice_no_login_method(url) = "服务器没有提供 FreeScout 在此可用的登录方式：请检查端口和加密，{url}";
    advice_not_judged = "服务器未对密码作出判断就拒绝了：请查看它的消息，并询问其管理员或邮件服务商。";
    advice_other_server(server, other) = "应答的不是 {server}，而是另一台服务器：{other}。请要求主机服务商放行发往外部的邮件连接；密码未经判断。";
    advice_account_locked = "账户已被锁定，与密码无关：不要尝试其他密码，请让邮件服务器的管理员解锁。";
    advice_needs_admin = "不是密码的问题：服务器处理此账户时存在持续性问题。请询问其管理员。";
    advice_server_fault = "不是密码的问题：邮件服务器自身有故障。请稍后再次测试，或告知其管理员。";
    advice_not_allowed_in = "不是密码的问题：此账户不允许在此登录。请让邮件服务器的管理员准许。";
    advice_referral(url) = "该账户在另一台服务器上，应答中给出了它的名称：请在 FreeScout 中输入该名称，{url}";
    advice_client_certificate = "不是密码的问题：服务器要求客户端证书，而 FreeScout 没有。请向其管理员要求一个无需客户端证书的登录。";
    advice_plain_letters = "服务器不接受密码中含有 ASCII 以外的字符（ä、é、ü）：请在那里设置由普通英文字母和数字组成的密码，然后输入。";
    advice_wrong_or_not_plain = "密码错误，或者其中 ASCII 以外的字符（ä、é、ü）未能正确传送：请在那里设置由普通英文字母和数字组成的密码，然后输入。";
    advice_no_such_user = "服务器上没有这个用户：请更正用户名。使用 Proton Bridge 时，请使用 Bridge 显示的用户名和密码。";
    advice_never_connected(url) = "用户名中是客户端 ID，但该邮箱从未通过 OAuth 连接：请在那里连接，{url}";
    advice_microsoft_policy(url) = "不是密码的问题：Microsoft 365 的一项策略阻止了此次登录。需由其管理员准许，或通过 OAuth 连接，{url}";
    advice_mailbox_closed = "不是密码的问题：该账户没有可用的邮箱（没有许可证，或已被禁用）。请询问管理员。";
    advice_mail_ru_app_password = "Mail.ru 只接受应用专用密码：请在该账户的安全设置中为邮件创建一个，然后输入。";
    advice_yandex_access = "Yandex 要求使用应用专用密码，并且须在邮件设置（Email clients）中允许邮件程序。请完成这两项，然后输入应用专用密码。";
    advice_yandex_robot = "不是密码的问题：Yandex 把此发件人当作机器人。请在浏览器中登录该账户，回答它的问题，然后再次测试。";
    advice_authorization_code = "此邮件服务商只接受授权码，不接受密码：请在其网页邮箱的设置中生成授权码，然后输入。";
    advice_netease_unnamed(url) = "密码正确，但邮件服务商拒绝像 FreeScout 这样不发送 ID 的 IMAP 程序：请选择 POP3，{url}";
    advice_mail_programs_off = "密码可能正确：请在网页邮箱的设置中允许邮件程序（POP3/IMAP）。若启用了双重验证，请输入应用专用密码。";
    advice_mailbox_password = "密码错误，或不是此邮箱的密码：用户名应为完整的地址，密码应为该邮箱的密码，而不是主机账户的密码。";
    advice_ovh_blocked = "密码错误，或者 OVHcloud 已阻止此邮箱发信：请在控制面板中查看其状态。在那里设置新密码即可解除阻止。";
    advice_zoho_app_password = "密码错误，或不能用于邮件程序：启用双重验证时，Zoho 要求使用应用专用密码；欧盟账户的服务器在 zoho.eu。";
    advice_zoho_restricted = "不是密码的问题：Zoho 不允许此账户使用邮件程序（因免费套餐或其管理员的限制）。请在那里允许，或更换套餐。";
    advice_ses_credentials = "Amazon SES 要求使用在其控制台中专门为此区域创建的 SMTP 凭据；访问密钥 (access key) 及其私有密钥 (secret) 在此无效。";
    advice_sendgrid_key = "SendGrid 要求用户名为 apikey 这个词，密码为 API 密钥：请创建新的密钥，然后输入。";
    advice_brevo_key = "Brevo 要求使用它的 SMTP 登录名和 SMTP 密钥，而不是账户的密码：请创建密钥（SMTP & API），然后输入。";
    advice_mailgun_credentials = "Mailgun 要求使用该域名的 SMTP 用户和密码，而不是账户的：请在那里重置，然后输入。欧盟：smtp.eu.mailgun.org。";
    advice_postmark_token = "Postmark 要求用户名和密码都填服务器的 API 令牌，或者使用 SMTP 令牌的两个密钥：请在那里复制，然后输入。";
    advice_credits_used = "不是密码的问题：该账户的套餐额度已用完。请在邮件服务商处查看其限额和账单。";
    advice_address_not_allowed = "不是密码的问题：此服务器的 IP 地址不在该账户的列表中，例如在迁移之后。请在邮件服务商的安全设置中添加。";
    advice_not_activated = "不是密码的问题：邮件服务商尚未为此账户开通发信。请到那里查看，或询问其客服。";
    advice_turned_away = "服务器关闭了连接或拒绝了连接：此服务器的地址可能在那里被阻止，或者加密设置有误。";
    advice_not_owner(email) = "已登录，但此账户不得以 {email} 的名义发信：请在邮件服务器上准许。";
    advice_sender_refused(email) = "服务器不为 {email} 发信：请查看它的消息，并请其管理员准许此账户使用该地址。";
    advice_folder_missing(url) = "已登录，但 FreeScout 要获取的某个文件夹不存在：请更正，{url}";
    advice_no_such_host = "服务器的名称没有对应的地址：请在 FreeScout 中更正名称，或检查本机的 DNS（若在容器中，则检查容器的 DNS）。";
    advice_no_resolver = "容器中既没有 getent 也没有 PHP，无法查询服务器的地址。请在运行 FreeScout 的 PHP 的容器中测试，或者指定地址：--connect-to HOST:PORT=ADDRESS:PORT。";
    advice_start_container = "它的名称解析和网络只有在运行时才存在：请启动该容器，然后再次测试。";
    advice_nobody_listens(server) = "{server} 上没有程序在监听：请检查端口，以及邮件服务器是否正在运行。";
    advice_no_route(server) = "从这里无法到达 {server}：请检查网络和防火墙。";
    advice_no_answer(server) = "{server} 没有应答：防火墙丢弃了数据包，或者加密设置与端口不符。";
    advice_fell_silent(server) = "{server} 起初有应答，之后长时间没有任何回应：它可能过载。请稍后再次测试。";
    advice_speaks_tls(url) = "此端口从第一个字节起就要求 TLS：请在 FreeScout 中选择 SSL，{url}";
    advice_speaks_plain(url) = "此端口不以 TLS 开始：请在 FreeScout 中选择 STARTTLS（SMTP：TLS；POP3：端口 995 和 SSL），{url}";
    advice_tls_broken = "服务器中止了 TLS 握手：请查看它的消息，检查名称和端口，并询问其运营者。";
    advice_tls_failed = "双方没有共同支持的 TLS 版本或加密套件：服务器可能太旧，或要求使用另一个端口。";
    advice_only_tls12(url) = "在 STARTTLS 之后，FreeScout 的 IMAP 只提供 TLS 1.2，而此服务器要求 TLS 1.3：请在那里选择 SSL 加密和端口 993，{url}";
    advice_other_openssl(url) = "此服务器的 TLS 比本程序中的 OpenSSL 所接受的更旧或更弱。FreeScout 自己的 OpenSSL 可能接受它：请在那里点击“检查连接”，{url}";
    advice_certificate_expired = "证书已过期：邮件服务器的管理员必须续期。";
    advice_certificate_name(said, url) = "该证书属于 {said}：请在 FreeScout 中将其填为服务器名称，{url}";
    advice_certificate_untrusted = "证书不是由受信任的颁发机构签发的：请在本服务器上安装该颁发机构的证书，或在邮件服务器上安装正规的证书。";
    advice_certificate_self_signed = "证书是自签名的：请将其添加到本服务器信任的颁发机构中（例如用 update-ca-certificates），或在邮件服务器上安装正规的证书，或在 FreeScout 中关闭该检查。";
    advice_certificate_authority_expired = "该证书背后的某个颁发机构已不再有效：请更新本服务器信任的颁发机构（软件包 ca-certificates），或让邮件服务器更换证书。";
    advice_certificate_unsuitable(said) = "OpenSSL 不接受将此证书用作邮件服务器的证书：{said}。邮件服务器的管理员必须更换它。";
    advice_no_starttls(url) = "服务器在此端口上不支持 STARTTLS：请在 FreeScout 中选择 SSL 及其端口（993、465），{url}";
    advice_not_a_mail_server(server) = "在 {server} 上应答的不是邮件服务器：请检查名称、端口和协议。";
    advice_broken_protocol = "服务器的应答不是邮件服务器应有的内容：请查看它的消息；检查端口。";
    advice_unreadable = "FreeScout 无法读取存储的密码，因此未尝试：请恢复它，若已丢失则重新输入。";
    advice_nothing_stored = "没有存储密码，因此无从登录：请输入密码。";
    advice_fault_of_version = "此版本的 FreeScout 会以错误的形式发送系统邮件密码，因此即使测试正确的密码也说明不了什么：请更新 FreeScout。";
    advice_zero_password = "FreeScout 在获取邮件时把密码 0 视为没有密码：请另选一个密码。";
    advice_local_mailer = "FreeScout 把邮件交给本服务器自己的邮件程序：没有登录。";
    advice_of_module = "这是某个模块自己的协议：请在 FreeScout 中测试。";
    advice_no_server = "未配置服务器。";
    advice_refused_before = "此密码已在那里被拒绝过；不再发送，以免账户被锁定。";
    advice_refused_elsewhere(protocol, server) = "{server} 上的 {protocol} 已拒绝此密码，因此未在此处再尝试：被拒绝次数过多会锁定账户。";
    advice_token_refused_elsewhere(protocol, server) = "{server} 上的 {protocol} 已拒绝此令牌，因此未在此处再尝试：被拒绝次数过多会锁定账户。";
    advice_turned_away_elsewhere(protocol, server, why) = "{server} 上的 {protocol} 已拒绝此账户（{why}），因此未在此处再尝试。";
    advice_reconnect(url) = "令牌已丢失；客户端机密没有丢失。请在浏览器中重新连接该邮箱，{url}";
    advice_reconnect_after_secret(url) = "请输入客户端机密，然后在浏览器中重新连接该邮箱，{url}";
    advice_renewed_later = "令牌已过期，这是正常现象：FreeScout 会在下次获取邮件时续期。本程序在恢复之前不会续期。";
    advice_client_secret_expired(url) = "客户端机密已过期或有误：请在邮件服务商的控制台中新建一个，输入它，并重新连接，{url}";
    advice_renewal_unreachable = "令牌已过期，且无法连接到邮件服务商进行续期：请检查本服务器的出站 HTTPS 连接。";
    advice_renewal_not_stored(url) = "邮件服务商已续期令牌，但新令牌无法存储：请在浏览器中重新连接该邮箱，{url}";
    advice_renewal_not_tried = "令牌已过期。未进行续期，因为新令牌无法存储：数据库是只读的。";
    advice_renewal_refused(url) = "令牌已过期，邮件服务商没有为其续期：请查看它的消息。请等待后再次测试，或重新连接该邮箱，{url}";
    advice_reconnect_revoked(url) = "邮件服务商不再为此连接续期：请在浏览器中重新连接该邮箱，{url}";
    mailbox_url(site, id, direction) = "https://{site}/mailbox/connection-settings/{id}/{direction}";
    system_mail_url(site) = "https://{site}/settings/emails";

    // connection tests: what works and should not be left so
    caution_clear_text = "密码以未加密形式发送。";
    caution_starttls_ignored = "FreeScout 的 POP3 不支持 STARTTLS：密码以未加密形式发送。请选择 SSL，端口 995。";
    caution_login_disabled = "服务器要求在登录前加密；FreeScout 仍会发送密码。";
    caution_unchecked_expired = "FreeScout 不检查证书，但该证书已过期。";
    caution_unchecked_name(names) = "FreeScout 不检查证书，但该证书属于 {names}。";
    caution_unchecked_untrusted = "FreeScout 不检查证书，但该证书不是由受信任的颁发机构签发的。";
    caution_other_server(server) = "服务器自称为 {server}：那不是所设置的邮件服务商。";
    caution_unchecked_self_signed = "FreeScout 不检查证书，但该证书是自签名的。";
    caution_unchecked_authority_expired = "FreeScout 不检查证书，但该证书背后的某个颁发机构已不再有效。";
    caution_unchecked_unsuitable(said) = "FreeScout 不检查证书，但 OpenSSL 不接受将此证书用作邮件服务器的证书：{said}。";
    caution_expires_soon(days) = "证书即将过期；剩余天数：{days}。";
    caution_private_address = "FreeScout 的设置表单不接受此内网地址：请先将其添加到 APP_REMOTE_HOST_WHITE_LIST，再保存表单。";
    caution_no_login_offered = "服务器不提供登录；FreeScout 不登录就发送。";
    caution_not_yet_readable(key) = "已用 {key} 解密出的密码测试。FreeScout 自身尚无法读取它。";
    caution_not_sealed = "已用存储的未加密密码测试。FreeScout 自身尚无法读取它。";
    caution_not_stored = "已用您输入的密码测试。它将在第 7 步存储。";
    caution_form_untold = "已用存储的未加密密码测试。不清楚此版本的 FreeScout 是否会读取它。";
    caution_not_sent_again = "这是先前的应答：为避免账户被锁定，在向导运行期间不会再次发送被拒绝的密码。如果此后在邮件服务器上更改过密码：在第 6 步按 ^K 可原样保留它，恢复之后用命令 `test` 即可发送它。";
    caution_earlier_answer = "这是先前的应答：为避免账户被锁定，未经要求不会再次发送。";
    code_folder_refused = "文件夹未打开";
    code_sender_deferred = "发件人被推迟";
    advice_name_as_stored(url) = "FreeScout 完全按存储的内容（包括空格）查找服务器，且只接受带方括号的 IPv6，即 [::1]：请更正名称，{url}";
    advice_name_matches_none(url) = "对于写在方括号中或带端口的服务器，FreeScout 不接受任何证书：请只输入主机名，{url}";
    advice_greeting_not_ok = "FreeScout 只有在问候语 (greeting) 以大写的 * OK 开头时才会继续；此服务器的问候语不同。";
    advice_answer_not_ok = "FreeScout 只接受大写的 OK 作为对其登录的应答；此服务器的写法不同。";
    advice_cut_reply = "应答缺少结尾处的空格：FreeScout 会一直等待更多内容，直到超时。必须修复邮件服务器。";
    advice_no_mechanism = "服务器声明支持登录，但没有给出任何方式：FreeScout 会放弃。若无需登录，请将用户名留空。";
    advice_sender_not_ascii = "FreeScout 不会从 @ 之前含有此类（非 ASCII）字符的地址发信：请为该邮箱设置由普通英文字母组成的地址。";
    advice_sender_deferred = "服务器要求稍后再试。FreeScout 会自行重发它的邮件；请几分钟后再次测试。";
    advice_folder_not_listed(url) = "已登录，但要获取的某个文件夹不在服务器的列表中（名称须完全一致，包括大小写）：请更正，{url}";
    advice_only_inbox(said, url) = "POP3 只有 INBOX，而 FreeScout 还会查找 {said}：请将其从要获取的文件夹中去掉，{url}";
    advice_other_protocol(server) = "在 {server} 上应答的是邮件服务器，但使用的是另一种协议：请检查端口和协议。";
    probe_not_listed(folder, names) = "{folder} 不在列表中：{names}";
    advice_folder_refused = "已登录，但服务器不打开该邮箱：请查看它的消息，并询问邮件服务商。";
    advice_list_refused = "已登录，但服务器不列出其文件夹：这样 FreeScout 找不到任何文件夹，连 INBOX 也找不到。";
    advice_list_empty = "已登录，但 FreeScout 在服务器的列表中找不到任何文件夹，连 INBOX 也没有。";
    advice_no_top = "服务器不支持 TOP，即 FreeScout 通过 POP3 读取邮件所用的命令：请使用 IMAP。";
    caution_sends_in_clear = "服务器拒绝 EHLO：此时无论如何设置，FreeScout 都会不加密、不登录地发送。";
    caution_login_after_starttls = "FreeScout 自己的测试可能会成功：它在此处不登录就发送。发给其他人的邮件通常会被拒绝。";
    caution_own_address_refused(said) = "发信正常，但服务器不接收发往该邮箱自身地址的邮件：{said}";
    advice_no_user = "没有用户名，FreeScout 就不会获取任何邮件。";
    advice_unknown_encryption(url) = "FreeScout 不认识所存储的加密类型，会以错误结束：请选择一种，{url}";
    advice_sender_not_written = "FreeScout 不会从这样书写的地址发信：请更正该邮箱的地址。";
    advice_line_break = "密码中含有换行符，POP3 无法传送：请重新输入，不要带换行符。";
    caution_button_says_no = "FreeScout 自己的连接测试在此会失败，因为服务器没有列出 INBOX；但它获取邮件正常。";
    caution_button_says_ok = "FreeScout 自己的连接测试在此显示一切正常；但它获取不到任何邮件。";
    caution_inbox_made = "此 Cyrus 服务器在账户没有 INBOX 时，会于首次通过 POP3 登录时创建一个：本次测试可能已造成这一结果。";
    advice_blank_at_end = "服务器拒绝了密码。该密码以空格结尾，有些服务器在 POP3 中会将其截掉：请设置不以空格结尾的密码，或通过 IMAP 获取邮件。";
    test_private_addresses(servers) = "FreeScout 的设置表单不接受 {servers} 的内网地址：请先将其添加到 APP_REMOTE_HOST_WHITE_LIST，再保存表单。";
    check_logins_untested(program, again) = "邮件登录未经测试。此命令可测试全部：{program} test {again}";
    journey_arrived(seconds) = "发给自己的一封邮件在 {seconds} 秒后到达，并已被移除。";
    journey_arrived_marked(seconds) = "发给自己的一封邮件在 {seconds} 秒后到达；它已被标记为删除，因为此服务器无法移除单封邮件。";
    journey_not_seen(seconds) = "发给自己的一封邮件已被接受，但在 {seconds} 秒内没有到达。";
    journey_refused(said) = "发给自己的一封邮件被拒绝：{said}";
    journey_not_tried = "没有发送邮件：发信和获取邮件必须都正常，且使用 IMAP。";
    system_mail = "系统邮件";
    rung_dns = "域名解析";
    rung_tcp = "TCP 连接";
    rung_tls = "TLS 加密";
    rung_greeting = "问候语";
    rung_starttls = "STARTTLS";
    rung_login = "登录";
    rung_folder = "文件夹";
    rung_sender = "发件人";
    direction_incoming = "收信";
    direction_outgoing = "发信";
    test_progress(done, of: number) = "已测试 {done} / {of}",
        of { Other "{of} 个连接" };
    test_summary(ok, of: number, failed, skipped: number) = "{of}中 {ok} 个正常；{failed} 个失败，{skipped}。",
        of { Other "{of} 个连接" },
        skipped { Other "{skipped} 个未尝试" };
    test_outage(server, why, logins) = "{server}：{why}。涉及的登录：{logins}。";
    test_not_needed(count) = "无需登录：另有 {count} 个。";
    test_stopped = "已停止：并非所有连接都经过了测试。";
    test_nothing = "没有可测试的邮箱。";
    test_nothing_next = "请在 FreeScout 中添加一个邮箱，或指定一个已有的邮箱。";
    test_connect_to(text) = "{text} 不是 HOST:PORT=ADDRESS:PORT 的形式。";
    test_connect_to_next = "例如：--connect-to imap.example.org:993=127.0.0.1:10993";
    password_being_tried = "正在邮件服务器上测试它。继续输入会取消测试。";
    password_unsettled = "尚未测试。Enter 测试它，^K 不经测试保留它。";
    password_refused = "邮件服务器拒绝了它。请输入另一个，^U 留待以后，^K 仍然保留它。";
    password_not_tried = "尚未尝试：^T 尝试一次，^K 不经测试保留它。";
    password_login_closed = "无论密码是什么，服务器都拒绝此登录：^T 再次发送，^K 保留它。";
    password_not_judged = "服务器没有作出判断。Enter 再次尝试，^K 不经测试保留它。";

    // the watch
    history_watch(at, message) = "{at}  监视：{message}";
    history_watch_ended(at, message) = "{at}  监视：已恢复正常。此前的情况：{message}";
    history_safe(at, count: number, keys, path) = "{at}  已保存到 {path}：{count}（{keys}）",
        count { Other "{count} 个密钥" };
    history_page(at, count: number, keys) = "{at}  已保存在纸上，或通过标准输出保存：{count}（{keys}）",
        count { Other "{count} 个密钥" };
    history_watch_alike(count) = "以及另外 {count} 条同类消息，与此一并通知：history --json 会全部列出";
    history_watch_gone(at, message) = "{at}  监视：已不存在。此前的情况：{message}";
    watch_round_failed = "这一轮检查未能进行。";
    watch_round_too_long(minutes) = "它用时超过 {minutes} 分钟，已被终止。";
    watch_check_next(command) = "查看问题所在和解决办法：{command}";
    watch_alarms_by_helpdesk(user) = "警报由此帮助台的账户 {user} 发送：使其邮件中断的原因，也会使相关警报无法发出。";
    watch_alarms_by_helpdesk_next = "请在 watch.toml 中为警报另选一个账户。";
    watch_alarms_to_helpdesk(addresses) = "警报发往 {addresses}，而此帮助台自己会获取那里的邮件：一旦它的邮件中断，就没有人会看到警报。";
    watch_alarms_to_helpdesk_next = "请在 watch.toml 中指定一个有人在别处查看的地址。";
    watch_trial = "这是一次试验警报：警报能够送达此处。";
    watch_trial_next = "无需任何操作。";
    watch_trial_of_none(settings) = "没有需要通知的人：{settings} 中没有设置 [alert]。";
    watch_trial_of_none_next(program) = "{program} watch --example 可输出带注释的设置。";
    watch_trial_told(channel) = "{channel}：已通知。请查看是否已送达。";
    watch_not_told(channel, why) = "{channel}：未能通知。{why}";
    watch_every_unknown(text) = "无法每 {text} 进行一轮检查。";
    watch_every_unknown_next(all) = "请选择其中之一：{all}。";
    watch_output_failed(path) = "无法写入 {path}。";
    watch_output_failed_next = "请指定一个可写目录中的文件。";
    watch_timer_shown = "未作任何更改。加上 --yes 后，将执行：";
    watch_timer_language(language) = "它的每轮检查使用此语言：--lang {language}";
    watch_timer_done = "已完成：";
    watch_timer_nothing = "无需执行任何操作：已经如此。";
    watch_timer_removed_nothing = "没有由我们建立的定时器。";
    watch_timer_write(path) = "写入 {path}";
    watch_timer_remove(path) = "删除 {path}";
    watch_timer_run(command) = "运行 {command}";
    watch_timer_add(line) = "添加到计划任务表：{line}";
    watch_timer_take_out(line) = "从计划任务表中移除：{line}";
    watch_timer_replaced(command) = "它取代了运行以下命令的定时器：{command}";
    watch_no_folder_next = "未作任何更改。请创建该目录，或指定另一个目录。";
    watch_timer_idle = "此机器上没有运行 cron，因此在它运行之前不会进行任何一轮检查。";
    watch_days(days: number) = "{days}", days { Other "{days} 天" };
    watch_hours(hours: number) = "{hours}", hours { Other "{hours} 小时" };
    watch_minutes(minutes: number) = "{minutes}", minutes { Other "{minutes} 分钟" };
    watch_cannot_record(why) = "监视所见的情况无法记录下来，因此不尝试任何登录：{why}";
    watch_cannot_record_next = "请使状态目录恢复可用。已损坏的日志库 (journal) 可以移走：此后监视将从头开始，而在此之前的运行只能通过其备份撤销。";
    watch_told_each_time(why) = "甚至无法记住已经通知过什么，因此此消息会随每一轮检查出现：{why}";
    watch_no_runtime_folder = "此系统账户在 /run 中没有目录。";
    watch_safe_unusable(why) = "设置中的密钥保险文件无法使用，因此新密钥将无处存放：{why}";
    watch_safe_unusable_next = "请在监视的设置中更正 [safe]。";
    watch_installs_several(places) = "这里有不止一个 FreeScout（{places}）。原先被监视的那一个会继续被监视；其他的没有人查看。";
    watch_installs_several_next = "请在监视的设置中指定要监视的安装，每个写一段 [[install]]，或使用 --all 监视全部。";
    watch_not_running(container) = "容器 {container} 已停止：FreeScout 没有运行。";
    watch_not_running_start(start) = "启动它：{start}";
    watch_not_running_next = "请按以前的启动方式启动它。";
    watch_vanished = "已找不到这个 FreeScout。";
    watch_vanished_next(command) = "如果是有意移除的：{command}";
    watch_as_of(time) = "截至 {time} 的情况：freescout-rescue 正在处理此安装";
    watch_no_key = "无密钥";
    watch_cannot_look(why) = "无法查看 FreeScout：{why}";
    watch_key_changed(old, new, place) = "APP_KEY 已更改。此前生效：{old}；现在生效：{new}（来自 {place}）。";
    watch_key_changed_by_us(run, old, new) = "APP_KEY 由 freescout-rescue 自身更改（{run}）。此前生效：{old}；现在生效：{new}。";
    watch_key_changed_file(old, new, place, time, owner) = "APP_KEY 已更改。此前生效：{old}；现在生效：{new}，来自 {place}，后者最后更改于 {time}，属于 {owner}。";
    watch_key_unreadable(unreadable: number, all) = "现在无法读取 {unreadable}（共 {all} 个）。",
        unreadable { Other "{unreadable} 个机密值" };
    watch_key_holders(old, processes) = "这些进程仍持有 {old}：{processes}。";
    watch_key_restart_nothing = "不要重启任何队列进程或 PHP，也不要在浏览器中保存任何邮箱表单。";
    watch_key_saved_next(path) = "现在，能找到的所有密钥都在 {path} 中。";
    watch_key_unsaved_next(command) = "请立即保存这些密钥，要在重启任何东西之前：{command}";
    watch_key_bring_back(command) = "恢复正确的密钥：{command}";
    watch_key_saved(key, path) = "密钥 {key} 已存入密钥保险文件：{path}。";
    watch_key_saved_away = "请在此服务器之外保存一份它的副本。";
    watch_key_not_safe(key) = "尚未建立含有当前密钥（{key}）的密钥保险文件：一旦它丢失，所有密码也随之丢失。";
    watch_key_not_safe_next(command) = "请在 watch.toml 中设置 `safe`，或建立一个密钥保险文件并存放在别处：{command}";
    watch_key_not_saved(key, why) = "密钥 {key} 未能存入密钥保险文件：{why}";
    watch_unreadable(what) = "无法用当前密钥读取：{what}。";
    watch_password_changed(what) = "有密码被更改：{what}。";
    watch_server_changed(address, way, from, to) = "{address}，{way}：已从 {from} 更改为 {to}。";
    watch_last_saved(time) = "在 FreeScout 中，该邮箱最后一次保存于 {time}（按其时钟）；它没有记录是谁保存的。";
    watch_logged_in(logins) = "在此前一天内登录过的管理员：{logins}；其他人可能早已处于登录状态。";
    watch_login(name, time) = "{name}（{time}）";
    watch_mailbox_added(address) = "添加了一个邮箱：{address}。";
    watch_mailbox_removed(address) = "移除了一个邮箱：{address}。";
    watch_file_changed(path, time, owner) = "{path} 于 {time} 被更改；它属于 {owner}。";
    watch_file_gone(path) = "{path} 已不存在。";
    watch_jobs_failed(more: number, all: number) = "自上一轮检查以来，FreeScout 放弃了 {more}；总计 {all}。",
        more { Other "{more} 个作业" }, all { Other "{all} 个作业" };
    watch_jobs_failed_next(command) = "FreeScout 的“管理 » 系统 » 状态”中会说明原因。要查看问题解决后哪些邮件可以重新发送：{command}";
    watch_jobs_wait(waiting: number, since) = waiting {
        Other "队列中有 {waiting} 个作业在等待，最早的自 {since} 起：邮件没有发出。"
    };
    watch_jobs_wait_next = "请查看 FreeScout 的计划任务 (cron) 是否每分钟运行（php artisan schedule:run）：队列进程由它启动。";
    watch_no_worker = "没有队列进程在运行，而有作业在等待：邮件没有发出。";
    watch_not_fetching(since) = "FreeScout 自 {since} 以来没有获取过邮件。";
    watch_not_fetching_next = "请查看 FreeScout 的计划任务 (cron) 是否每分钟运行（php artisan schedule:run）。";
    watch_nothing_received(address, last, longest) = "{address} 自 {last} 以来没有收到任何邮件；此前最长的间隔为 {longest}。";
    watch_nothing_sent(address, last, longest) = "自 {last} 以来没有从 {address} 发出任何邮件；此前最长的间隔为 {longest}。";
    watch_silent_next(command) = "这可能只是邮件较少的时段。要确认，请运行：{command}";
    watch_login_trouble(server, what) = "{server}：{what}";
    watch_login_fails(login, why) = "{login}：登录失败。{why}";
    watch_login_untold(login, why) = "{login}：不清楚登录是否正常。{why}";
    watch_logins_fail(why, logins) = "{why}。以下登录因此失败：{logins}。";
    watch_logins_more(logins, more) = "{logins} 以及另外 {more} 个";
    watch_login_retry(command) = "此登录不会自动再次尝试。如果当时是服务器的错，此命令会再发送一次：{command}";
    watch_certificate_ends(server, days: number) = days {
        Other "{server} 的证书还有 {days} 天到期。"
    };
    watch_certificate_ended(server) = "{server} 的证书已到期。";
    watch_certificate_next = "必须由该邮件服务器的运营者续期。";
    watch_test_mail_lost(address) = "未能收到从 {address} 发给自己的测试邮件。";
    watch_test_mail_next(command) = "查看它的去向：{command}";

    // the watch: what a round saw, for people and for those who are told
    watched_ok = "正常";
    watched_unknown = "未知";
    watched_warning = "警告";
    watched_critical = "严重";
    watched_matter(state, message) = "{state}：{message}";
    watched_noted(message) = "已记录：{message}";
    watched_reminder(state, message) = "仍为{state}：{message}";
    watched_over(message) = "已结束：{message}";
    watched_gone(message) = "已不存在：{message}";
    watched_called(name, folder) = "{name}（{folder}）";
    watched_more(count) = "以及另外 {count} 项：watch --json 会全部列出";
    watched_since(time) = "自 {time} 起";
    watched_next(next) = "下一步：{next}";
    watched_heading(name, state, time) = "{name}：{state}，查看于 {time}";
    watched_news = "新出现：";
    watched_standing = "仍存在：";
    watched_secrets(value, of: number) = "{value}/{of}",
        of { Other "{of} 个机密值可读取" };
    watched_logins(value, of: number) = "{value}/{of}",
        of { Other "{of} 个登录正常" };
    watched_tried(logins, time) = "{logins}（上次尝试：{time}）";
    watched_well = "没有问题";
    watched_figures(name, figures) = "{name}：正常，{figures}";
    watched_and_more(message, count) = "{message}（以及另外 {count} 项）";
    watched_installs(well, of: number) = "{well}/{of}",
        of { Other "{of} 个安装正常" };
    watched_no_install = "没有查看任何安装";
    watched_check_not_ok(checks) = "不正常：{checks}";
    alert_subject(name, told) = "[FreeScout {name}] {told}";
    alert_where(name, path, host, time) = "{name} 的 FreeScout：{host} 上的 {path}，查看于 {time}。";
    alert_where_in_container(name, path, container, host, time) = "{name} 的 FreeScout：{host} 上容器 {container} 中的 {path}，查看于 {time}。";
    alert_look_again(command) = "再次查看：{command}";
    alert_signature = "来自监视此帮助台的 freescout-rescue。";

    // the watch: who could not be told, and why
    not_told_open(path, why) = "未使用 {path}：{why}";
    not_told_exposed(path) = "此服务器上的每个系统账户都能读取 {path}：请使其仅对所有者可读 (chmod 600)。";
    not_told_no_password(path) = "{path} 的内容不是单独一行的密码。";
    not_told_header(path, line) = "{path}，第 {line} 行：不是 Name: value 形式的标头。";
    not_told_address(address) = "{address} 不是可在此使用的邮件地址：地址只能含 ASCII 字母、一个 @，不能有空格。";
    not_told_no_recipient = "没有指定收件人。";
    not_told_clear_text(server) = "密码将以未加密形式发送到 {server}：请选择 STARTTLS 或 TLS。";
    not_told_server(server, why) = "{server}：{why}";
    not_told_mail_refused(said) = "邮件或其中某个收件人被拒绝：{said}";
    not_told_not_https = "该 webhook 的地址不是 https 地址。";
    not_told_status(host, status) = "{host} 以 HTTP 状态码 {status} 应答。";
    not_told_unreached(host, why) = "无法连接到 {host}：{why}";
    not_told_no_log(why) = "systemd 日志 (journal) 和 syslog 都不接收消息：{why}";
    not_told_not_started(program, why) = "无法启动 {program}：{why}";
    not_told_relative(program) = "{program} 不是程序的完整路径。";
    not_told_overdue(program, seconds) = "{program} 没有在 {seconds} 秒内结束，已被终止。";
    not_told_failed(program, status, said) = "{program} 以退出码 {status} 结束。{said}";
    not_told_ended_by_signal(program, signal) = "{program} 被信号 {signal} 终止。";
    not_told_sendmail(program, why, status, said) = "{program}：{why}（退出码 {status}）。{said}";
    not_told_hung = "它没有按时结束。";
    sendmail_usage = "它不认识这种调用方式，或没有有效的收件人";
    sendmail_no_user = "某个收件人不存在";
    sendmail_no_host = "某个收件人的邮件服务器不存在";
    sendmail_unavailable = "它的邮件服务不可用";
    sendmail_software = "它自身发生了故障";
    sendmail_system = "系统不允许它工作";
    sendmail_later = "它暂时无法接收该邮件";
    sendmail_not_allowed = "它不得发送此邮件";
    sendmail_configuration = "它没有配置好";
    sendmail_refused = "它没有接收该邮件";

    // the watch: its settings
    watch_setting_line(line, mistake) = "第 {line} 行：{mistake}";
    watch_setting_syntax(why) = "这不是 TOML（{why}）。";
    watch_setting_unknown(key, allowed) = "没有名为 {key} 的设置；此处可用的有：{allowed}。";
    watch_setting_must_be(key, wanted) = "{key} 必须是：{wanted}。";
    watch_setting_missing(key) = "此段中缺少 {key}。";
    watch_setting_neither(one, other) = "需要 {one} 或 {other} 之一。";
    watch_setting_both(one, other) = "同时存在 {one} 和 {other}：请去掉其中一个。";
    watch_setting_needs(one, other) = "没有 {other}，{one} 就没有用处。";
    watch_setting_in_the_clear(key) = "只有对本机 (localhost) 上的邮件中继，{key} 才可以是 \"none\"：警报中会写出邮箱和服务器的名称。";
    watch_setting_twice(key) = "{key} 指定的安装在上面已经指定过。";
    watch_setting_text = "带引号的文本，写在一行内且不为空";
    watch_setting_texts = "文本列表：[\"…\", \"…\"]";
    watch_setting_flag = "true 或 false";
    watch_setting_number(least, most) = "从 {least} 到 {most} 的整数";
    watch_setting_time(least, most) = "从 {least} 到 {most} 的时长，带引号：一个整数加 s、m、h 或 d，例如 \"{least}\"";
    watch_setting_path = "带引号的完整路径，以 / 开头且不含 ..";
    watch_setting_address = "一个带引号的邮件地址，不含姓名：\"admin@example.org\"";
    watch_setting_addresses = "邮件地址列表：[\"admin@example.org\"]";
    watch_setting_https = "以 https:// 开头的地址，其中不含用户名或密码";
    watch_setting_host = "服务器的名称或地址，不含端口";
    watch_setting_one_of(names) = "{names} 之一";
    watch_setting_section = "一个段，而不是值";
    watch_setting_sections = "带双方括号的段：[[install]]";
    watch_settings_unusable(path) = "{path} 中的设置无法使用。";
    watch_settings_mistake_next(program) = "请更正该行；{program} watch --example 会输出一个文件，列出每项设置及其可用的值。";
    watch_settings_unreadable_next(program) = "请使运行监视的系统账户能够读取它，或重新写一个：{program} watch --example 会输出一个包含每项设置的文件。";
    watch_settings_absent_next(program) = "请检查路径，或创建该文件：{program} watch --example 会输出一个包含每项设置的文件。";
    watch_settings_open_next(path) = "谁能更改它，谁就能以运行监视的系统账户的身份决定运行什么、密钥存往何处。请使它及其所在的各级目录属于该系统账户或 root，并取消其他所有人的写权限：chmod go-w {path}";
    watch_settings_not_text = "它不是 UTF-8。";

    // the watch: its timer
    timer_none = "这里既没有 systemd，也没有此系统账户可以更改的计划任务表，因此没有办法定时进行检查。";
    timer_none_next(program) = "请用您自己的方式每隔几分钟运行此命令：{program} watch";
    timer_passing(path) = "{path} 不会保留在那里：该目录会被清空，或位于内存中。";
    timer_program_next = "请将该文件放到只有 root（或您）可以写入的位置，并从那里运行它：install -m 755 freescout-rescue /usr/local/sbin/";
    timer_word(word) = "{word} 含有 systemd 单元或计划任务表不接受的字符。";
    timer_word_next = "请为它另选一个名称。";
    timer_foreign(path) = "{path} 已存在，且不是由 freescout-rescue 创建的：其第一行没有这样的说明。";
    timer_foreign_next = "它保持原样。如果不需要它，请自行移走或删除，然后再次运行同一命令。";
    timer_changed(path) = "{path} 由 freescout-rescue 创建，之后被手动更改过。";
    timer_changed_next = "它保持原样。请将这些更改移到 drop-in 文件（systemctl edit）或您自己的一行中，删除该文件，然后再次运行同一命令。";
    timer_failed(command, said) = "{command} 失败：{said}";
    timer_failed_next = "在此之前所做的操作保留不变。请解决它所报告的问题，然后再次运行同一命令：不会有任何操作重复执行。";
    timer_not_made = "定时器未创建。";
    timer_not_removed = "定时器未移除。";

    // a good hour
    hour_quiet = "当前空闲：没有不宜现在进行恢复的情况。";
    hour_bad(signs) = "时机不佳：{signs}。";
    hour_maintenance = "FreeScout 处于维护模式";
    hour_files_replaced = "最近几分钟内有程序文件被替换";
    hour_migrations_pending(count: number) = count {
        Other "更新只完成了一半，有 {count} 个数据库迁移尚未运行",
    };
    hour_backup_runs(program, pid) = "有备份正在运行（{program} {pid}）";
    hour_jobs_run(count: number) = count { Other "队列进程正在执行 {count} 个作业" };
    hour_jobs_wait(count: number) = count { Other "有 {count} 个作业在等待" };
    hour_people_act = "有人正在 FreeScout 中工作";
    hour_signed_in(count: number) = count { Other "有 {count} 人打开着 FreeScout" };
    hour_holds(texts: number, seconds: number) = "恢复会锁定 {texts}，时长约 {seconds}。",
        texts { Other "{texts} 个存储的文本" },
        seconds { Other "{seconds} 秒" };
    hour_waits_for(signs) = "正在等待空闲时机：{signs}。";
    hour_not_quiet(limit) = "在 {limit} 内没有出现空闲时机。";
    hour_not_quiet_next = "未作任何更改。请等待更长时间，或去掉 --wait-for-quiet：无论何时，每一行在写入之前都会先比对。";
    hour_called_off = "在等待空闲时机时被停止。";
    hour_called_off_next = "未作任何更改。请再次运行同一命令。";

    // emails that FreeScout gave up
    resend_nothing = "没有需要重新发送的邮件。";
    resend_head(count: number, oldest, newest) = "FreeScout 放弃了 {count}，时间从 {oldest} 到 {newest}（按其时钟）。",
        count { Other "{count} 封邮件" };
    resend_head_undated(count: number) = "FreeScout 放弃了 {count}。",
        count { Other "{count} 封邮件" };
    resend_reply(count: number) = count { Other "{count} 封给客户的回复" };
    resend_notification(count: number) = count { Other "{count} 封给客服人员的通知" };
    resend_auto_reply(count: number) = count { Other "{count} 封给客户的自动回复" };
    resend_reply_error(count: number) = count { Other "{count} 封关于邮件回复被拒绝的通知" };
    resend_alert(count: number) = count { Other "{count} 封给管理员的警报" };
    resend_of_mailbox(mailbox, count) = "{mailbox}：{count}";
    resend_of_nobody(count) = "不属于任何已知邮箱：{count}";
    resend_held_back(count: number) = count {
        Other "{count} 封邮件留在原处：FreeScout 尚无法读取其邮箱的发信密码。",
    };
    resend_waiting(count: number) = count {
        Other "{count} 封邮件在队列中等待。FreeScout 会自行发送，每封都在其上次尝试后的一小时之内。",
    };
    resend_twice = "如果通知当时只对其他人发送失败，已收到通知的客服人员会再收到一次。";
    resend_needs_yes = "这里只是列出将重新发送的内容。加上 --yes 即可执行；--since DATE 会略去更早的邮件。未作任何更改。";
    resend_doing(done, of: number) = "已重新发送：{done} / {of}",
        of { Other "{of} 封邮件" };
    resend_done(count: number) = count {
        Other "{count} 封邮件已回到 FreeScout 的队列中：其队列进程现在会逐一发送。",
    };
    resend_left(count: number) = count {
        Other "{count} 封邮件未能放回队列，仍在被放弃的邮件之中。",
    };
    resend_failed = "FreeScout 没有将任何邮件放回其队列。";
    resend_failed_said_nothing = "它自己的命令（php artisan queue:retry）结束时没有报错，但什么都没有改变。";
    resend_failed_next = "未作任何更改。请看 FreeScout 中的“管理 » 系统 » 状态”：那里的“重试”按钮作用相同。";
    resend_no_artisan = "只有 FreeScout 自己的命令才能将邮件放回其队列。";
    resend_no_artisan_next = "请去掉 --no-artisan。未作任何更改。";
    resend_all_held_back = "FreeScout 尚无法读取这些邮箱的发信密码：邮件会再次发送失败。";
    resend_recover_first = "请先恢复密码（recover 或向导），然后再次运行此命令。未作任何更改。";
    resend_worker_first(pid) = "进程号为 {pid} 的队列进程是用另一个密钥启动的：邮件会再次发送失败。";
    resend_worker_next = "以 Web 用户身份，在 FreeScout 的目录中运行：php artisan queue:restart。然后再次运行此命令。未作任何更改。";
    resend_note(count: number, command) = count {
        Other "在此期间，FreeScout 放弃了 {count} 封邮件。查看并让它们发送：{command}",
    };
    resend_note_waiting(count: number) = count {
        Other "FreeScout 的队列中有 {count} 封邮件在等待：它会在一小时之内自行发送。",
    };
    wait_not_understood = "请给出一个带单位的数字，最长 7 天：90s、10m、2h";
    since_not_understood = "请给出日期或时间：2026-11-28 或 2026-11-28T14:00";

    // a planned change of key
    rotate_no_key = "没有可用的当前密钥，因此没有可替换的密钥。";
    rotate_unreadable(count: number) = count {
        Other "有 {count} 个机密值无法用当前密钥读取，因此不更换密钥。",
    };
    rotate_unreadable_why = "只有能够解密的内容，才能用另一个密钥加密。";
    rotate_finding = "在更换密钥之前，需要先纠正一些问题。";
    rotate_recover_next(program) = "未作任何更改。请先恢复：{program} check 会说明方法。";
    rotate_not_safe = "当前密钥不在任何密钥保险文件中，因此不替换它。";
    rotate_not_safe_why = "更改之前的数据库转储和备份会需要它。";
    rotate_not_safe_next = "未作任何更改。请为包含两个密钥的密钥保险文件指定一个新文件，尽可能放在另一个磁盘上：--output FILE";
    rotate_head(key) = "{key} 将被替换为一个新的随机密钥。";
    rotate_breaks = "会失效的功能：";
    rotate_traces = "已发送的邮件不再报告被打开过，对它们的回复中，引用文字的截除也会不那么准确。";
    rotate_does = "将执行的操作：";
    rotate_safe_first(path) = "两个密钥都存入密钥保险文件 {path}，该文件在作任何更改之前经过验证";
    rotate_safe_kept = "当前密钥已在一个密钥保险文件中；使用 --output FILE 时，两个密钥都会存入一个新的密钥保险文件";
    rotate_safe_needed = "在作任何更改之前，两个密钥都存入一个新的密钥保险文件，用 --output FILE 指定";
    rotate_backup = "创建并验证备份；undo 会将其还原";
    rotate_reencrypts(secrets: number, mailboxes: number) = "用新密钥加密：{secrets}，位于 {mailboxes}和设置中",
        secrets { Other "{secrets} 个机密值" },
        mailboxes { Other "{mailboxes} 个邮箱" };
    rotate_proven = "按 FreeScout 的读取方式重新读取所有内容，并尝试每个登录（使用 --no-test 时不尝试）";
    rotate_afterwards = "留给您做的：";
    rotate_cron = "如果此服务器之外有程序调用 Web 计划任务 (web cron)，请把新的 URL 告诉它：FreeScout 中的“管理 » 系统 » 状态”。";
    rotate_licences(count: number) = count {
        Other "有 {count} 个带许可证密钥的模块，它们的许可证服务器现在会看到另一个安装：请在“管理 » 模块”中查看它们是否需要重新激活。",
    };
    rotate_passwords = "如果可能有人同时拥有旧密钥和数据库的副本，也请更改各邮箱的密码：新密钥无法收回已被读取的内容。";
    rotate_recover(decrypt, program, again) = "{decrypt} | {program} recover --strategy carry --key-file - {again}";
    rotate_old_backups(recover) = "只要还有更改之前的数据库转储和备份，就请保留该密钥保险文件：它们需要旧密钥。还原了其中之一以后：{recover}";
    rotate_needs_yes(program, output, again) = "这只是预览，未作任何更改。要执行：{program} rotate --yes{output} {again}";
    rotate_safe_stays(path) = "密钥保险文件 {path} 在此之前已创建，会保留下来。下次请另行指定一个。";
    rotate_new_not_safe(program, again) = "新密钥尚不在任何密钥保险文件中：{program} safe --output FILE {again}";
}

/// Help texts and manual pages, by the English of the arguments.
pub const HELP: &[(&str, &str)] = &[
    (
        "Tell of each mailbox. Without this option, of many those that ended alike are told together",
        "逐个说明每个邮箱。不带此选项时，邮箱较多则将结果相同的合并说明",
    ),
    (
        "List every secret of the plan, and tell of each mailbox. Without this option, the first ten of each kind, and with many mailboxes those that ended alike together",
        "列出计划中的每个机密值，并逐个说明每个邮箱。不带此选项时，每类只列出前十个，邮箱较多则将结果相同的合并说明",
    ),
    ("Usage", "用法"),
    ("Commands", "命令"),
    ("Arguments", "参数"),
    ("Options", "选项"),
    ("default", "默认值"),
    ("possible values", "可选值"),
    ("Possible values", "可选值"),
    ("NAME", "名称"),
    ("SYNOPSIS", "概要"),
    ("DESCRIPTION", "描述"),
    ("SUBCOMMANDS", "子命令"),
    ("EXTRA", "附加说明"),
    ("VERSION", "版本"),
    ("Print help", "显示帮助"),
    (
        "Print help (see more with '--help')",
        "显示帮助（更多内容见 --help）",
    ),
    (
        "Print help (see a summary with '-h')",
        "显示帮助（摘要见 -h）",
    ),
    ("Print version", "显示版本"),
    (
        "Print this message or the help of the given subcommand(s)",
        "显示此帮助，或指定子命令的帮助",
    ),
    (
        "Brings a FreeScout helpdesk back after its APP_KEY changed",
        "在 APP_KEY 变更之后让 FreeScout 帮助台恢复工作",
    ),
    (
        "Brings a FreeScout helpdesk back after its APP_KEY changed.\n\nWithout a subcommand: the full-screen wizard, step by step from survey to report. Nothing is written before a verified backup and your typed confirmation.",
        "在 APP_KEY 变更之后让 FreeScout 帮助台恢复工作。\n\n不带子命令时启动全屏向导，从现状到报告逐步进行。在备份通过验证并由您输入确认之前，不会写入任何内容。",
    ),
    (
        "Exit codes:\n  0    done, or only shown; check, test, watch: all is well\n  1    nothing was changed; check, test, watch: something needs attention\n  2    done in part, or secrets stay unreadable; test: a login fails\n  3    could not start, or was stopped\n  101  a bug in this program",
        "退出码：\n  0    已完成，或仅作显示；check、test、watch：一切正常\n  1    未作任何更改；check、test、watch：有需要注意之处\n  2    部分完成，或仍有机密值无法读取；test：有登录失败\n  3    无法开始，或被停止\n  101  此程序自身的错误",
    ),
    (
        "Speak this language: en or zh-CN. Default: the one that LC_ALL, LC_MESSAGES or LANG names, else English. What goes into JSON is English",
        "使用此语言：en 或 zh-CN。默认：LC_ALL、LC_MESSAGES 或 LANG 所指定的语言，否则为英语。写入 JSON 的内容为英语",
    ),
    (
        "Try the wizard on a throw-away broken install, with nothing to set up",
        "在一个用完即弃的已损坏安装上试用向导，无需任何准备",
    ),
    (
        "Run the wizard line by line, as questions and answers, without a full screen: for screen readers, phones and serial lines. Also without this option where TERM is not set, or is dumb",
        "逐行运行向导，以问答方式进行，不占用整个屏幕：适合屏幕阅读器、手机和串行线路。TERM 未设置或为 dumb 时，不加此选项也是如此",
    ),
    (
        "Show the wizard in ASCII alone. Also without this option where the locale is not one of UTF-8",
        "只用 ASCII 显示向导。区域设置不是 UTF-8 时，不加此选项也是如此",
    ),
    (
        "Only create the broken install in this new folder, and say what to run on it",
        "仅在这个新目录中创建已损坏的安装，并说明可对它运行的命令",
    ),
    (
        "Print JSON on standard output, also when it fails. Needs --make",
        "在标准输出上输出 JSON，失败时也是如此。需要 --make",
    ),
    (
        "Print a completion script for a shell",
        "输出 shell 的补全脚本",
    ),
    ("The shell", "shell 的名称"),
    (
        "Write the manual pages into this folder, or print the first one",
        "将手册页写入此目录，或输出第一页",
    ),
    ("A folder that is there", "一个已存在的目录"),
    (
        "Say what is wrong and what to do about it. Changes nothing. Exit code 0 all readable, 1 readable but something needs attention, 2 unreadable secrets, 3 could not check",
        "说明有何问题以及如何处理。不作任何更改。退出码：0 全部可读，1 可读但有需要注意之处，2 有无法读取的机密值，3 无法检查",
    ),
    (
        "Search for lost keys: in the install, in the layers of this host's containers, in the places named with --look-in (a folder, file, archive or disk; `-` is standard input), and with --usual in the usual places. Changes nothing. Exit code 0 every undamaged secret can be decrypted with a known key, 2 some cannot, 3 could not search, or was stopped",
        "搜索丢失的密钥：在安装中、此主机的容器层中、用 --look-in 指定的位置（目录、文件、归档文件或磁盘；`-` 为标准输入），以及使用 --usual 时的常见位置。不作任何更改。退出码：0 每个未损坏的机密值都能用已知密钥解密，2 有些不能，3 无法搜索或被停止",
    ),
    (
        "Also search the usual places: home folders, web roots, /etc, containers' folders, backups",
        "同时搜索常见位置：用户主目录、网站根目录、/etc、容器的目录、备份",
    ),
    (
        "List every key, also those that decrypt nothing, and every place of each",
        "列出每个密钥（包括什么都不能解密的）及其每个所在位置",
    ),
    (
        "Log in to every mail server as FreeScout would, incoming and outgoing, and report the results. A Cyrus server creates an INBOX at an account's first login by POP3. Exit code 0 all work, 1 all work but something needs attention, 2 some do not, 3 could not test",
        "像 FreeScout 那样登录每个邮件服务器（收信和发信），并报告结果。Cyrus 服务器会在账户首次通过 POP3 登录时创建 INBOX。退出码：0 全部可用，1 全部可用但有需要注意之处，2 有些不可用，3 无法测试",
    ),
    (
        "Back up everything that a recovery may change, and verify the backup. Exit code 0 done, 3 failed",
        "备份恢复时可能更改的所有内容，并验证该备份。退出码：0 已完成，3 失败",
    ),
    (
        "Put the key in force, and the keys it replaced, into one encrypted file, so that the key is not lost again. `age -d` decrypts it, and its text can be given to --key-file. The file is verified before it gets its name. With --paper: the key on a page. Exit code 0 done, 3 failed",
        "将当前密钥及其所取代的密钥放入一个加密文件，以免密钥再次丢失。可用 `age -d` 解密，其文本可交给 --key-file。文件在得到其名称之前会先验证。使用 --paper 时：印在一页纸上的密钥。退出码：0 已完成，3 失败",
    ),
    (
        "Restore a backup: its rows and its files. First predicts which secrets FreeScout could read afterwards, and at the end compares this with what it can read. A new backup, not encrypted, is made before anything is changed. Exit code 0 done or only shown, 1 nothing was changed, 2 done but something does not read as predicted, 3 failed",
        "还原备份：其中的行和文件。首先预测之后 FreeScout 能读取哪些机密值，最后与实际能读取的进行比较。在更改任何内容之前会先创建一个新的备份（不加密）。退出码：0 已完成或仅作显示，1 未作任何更改，2 已完成但有些内容的读取结果与预测不符，3 失败",
    ),
    ("The backup's folder", "备份的目录"),
    (
        "Really do it; without it, only show what would change, and which secrets FreeScout could read afterwards",
        "真正执行；不带此选项时，仅显示会更改的内容，以及之后 FreeScout 能读取哪些机密值",
    ),
    (
        "Do it also where the backup was made of other data: in a container of this name, on another volume",
        "即使备份来自其他数据（同名容器，但在另一个卷上），也照样执行",
    ),
    (
        "Make a backup and a plan, and apply it, without asking questions. Exit code 0 all readable or only shown, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start",
        "创建备份和计划并应用该计划，不再提问。退出码：0 全部可读或仅作显示，1 未作任何更改，2 已完成但有些机密值仍需输入其密码，3 无法开始",
    ),
    (
        "Really do it; without it, only show the plan",
        "真正执行；不带此选项时，仅显示计划",
    ),
    ("How to recover", "恢复的方式"),
    (
        "A file with new passwords, as JSON lines: {\"mailbox\": ID or address, \"incoming\": …, \"outgoing\": …} or {\"system_mail\": …}. `-` reads standard input",
        "包含新密码的文件，每行一个 JSON：{\"mailbox\": ID 或地址, \"incoming\": …, \"outgoing\": …} 或 {\"system_mail\": …}。`-` 表示读取标准输入",
    ),
    (
        "Where a password is lost, use an older one that the search found in a dump or backup: the newest one from this install's own database, or from a file that names no database. Others are only listed",
        "密码已丢失时，使用搜索在转储或备份中找到的较旧密码：来自此安装自己的数据库、或来自未注明数据库的文件中最新的一个。其他的仅列出",
    ),
    (
        "Do not log in to the mail servers afterwards",
        "之后不登录邮件服务器",
    ),
    (
        "First wait until nothing speaks against a recovery (jobs, people at work, backups, updates), at most this long: 90s, 10m, 2h. If it does not get quiet, nothing is changed, and the exit code is 1",
        "先等到没有任何不宜恢复的情况（作业、正在工作的人员、备份、更新），最多等待这么久：90s、10m、2h。如果一直没有空闲下来，则不作任何更改，退出码为 1",
    ),
    (
        "Have the emails sent again that FreeScout gave up, with FreeScout's own command. Shows them first. Exit code 0 done, only shown, or nothing to send, 1 nothing was changed, 2 some could not be put back, 3 could not start",
        "用 FreeScout 自己的命令重新发送 FreeScout 已放弃的邮件。会先将其显示出来。退出码：0 已完成、仅作显示或没有要发送的邮件，1 未作任何更改，2 有些无法放回队列，3 无法开始",
    ),
    (
        "Really do it; without it, only show what would be sent",
        "真正执行；不带此选项时，仅显示会发送的邮件",
    ),
    (
        "Leave out what FreeScout gave up before this day or time, by its own clock: 2026-11-28, or 2026-11-28T14:00",
        "不包括 FreeScout 在此日期或时间之前（以其自己的时钟为准）放弃的邮件：2026-11-28，或 2026-11-28T14:00",
    ),
    (
        "Replace the key in force by a new random one, on purpose: where it leaked, or is a published sample. Every secret must be readable. First shows what breaks. Both keys are put into a safe before anything is changed; then it is a recovery with the strategy fresh: a backup, one transaction, everything read again, every login tried; `undo` takes it back. Exit code 0 all readable or only shown, 1 nothing was changed, 2 done but something is not as planned, 3 could not start",
        "有意将当前密钥更换为新的随机密钥：用于密钥已泄露，或是公开的示例密钥时。每个机密值都必须可读。首先显示会受到破坏的内容。在更改任何内容之前，两个密钥都会放入密钥保险文件；之后便是方式为 fresh 的恢复：一个备份，一个事务，全部重新读取，尝试每个登录；`undo` 可将其撤销。退出码：0 全部可读或仅作显示，1 未作任何更改，2 已完成但有些内容与计划不符，3 无法开始",
    ),
    (
        "Finish an interrupted recovery, undo or restore. Exit code 0 all readable or nothing to resume, 1 nothing was changed, 2 done but some secrets still need their password, 3 could not start",
        "完成被中断的恢复、撤销或还原。退出码：0 全部可读或没有可继续的运行，1 未作任何更改，2 已完成但有些机密值仍需输入其密码，3 无法开始",
    ),
    (
        "Accepted but not needed: the interrupted run was confirmed when it was started",
        "可以给出但并不需要：被中断的运行在开始时已经确认过",
    ),
    (
        "Close the interrupted run as it is, because its backup is lost. Nothing is changed, and a new recovery can start",
        "因备份已丢失，按原样结束被中断的运行。不作任何更改，之后可以开始新的恢复",
    ),
    (
        "Show what was done on this install: when, by whom, from where. Exit code 0 done, 3 the journal cannot be read, or there is no such install",
        "显示对此安装做过什么：何时、由谁、从何处。退出码：0 已完成，3 无法读取日志库，或没有这样的安装",
    ),
    (
        "Show every install on this server",
        "显示此服务器上的每个安装",
    ),
    (
        "Look once whether all is well, and tell what is new: the key in every place, every secret, every mailbox's login, and FreeScout's own signs of life. For a timer (--install), Nagios, Prometheus. Changes nothing but expired OAuth tokens, which are renewed as FreeScout does at its next fetch. Exit code 0 well, 1 warning, 2 critical, 3 could not look",
        "检查一次是否一切正常，并报告新情况：各处的密钥、每个机密值、每个邮箱的登录，以及 FreeScout 自身的运行迹象。适用于定时器（--install）、Nagios、Prometheus。除已过期的 OAuth 令牌外不作任何更改；这些令牌会像 FreeScout 下次获取邮件时那样续期。退出码：0 正常，1 警告，2 严重，3 无法检查",
    ),
    (
        "Undo the last recovery: rows and files, byte for byte, except what was changed since. Exit code 0 undone or only shown, 1 nothing was changed, 2 undone except some rows, 3 could not start",
        "撤销上一次恢复：行和文件逐字节复原，此后被更改过的除外。退出码：0 已撤销或仅作显示，1 未作任何更改，2 除某些行外已撤销，3 无法开始",
    ),
    (
        "Really do it; without it, only show what would be undone",
        "真正执行；不带此选项时，仅显示会撤销的内容",
    ),
    (
        "Also dump the whole database with the database's own dump program",
        "同时用数据库自己的转储程序转储整个数据库",
    ),
    (
        "Encrypt the backup with a passphrase, in the age format, which `age -d` can decrypt too. Only this command does so: the backups that the wizard and `recover` make are not encrypted, so that `undo` needs no passphrase",
        "用口令以 age 格式加密备份，`age -d` 也能解密。只有此命令会这样做：向导和 `recover` 创建的备份不加密，因此 `undo` 不需要口令",
    ),
    (
        "A file that contains the passphrase and nothing else. `-` reads standard input. Without this option, the passphrase is asked for twice on the terminal",
        "只包含口令、不含其他内容的文件。`-` 表示读取标准输入。不带此选项时，会在终端上询问两次口令",
    ),
    (
        "A file that contains the passphrase of an encrypted backup and nothing else. `-` reads standard input. Without this option, the passphrase is asked for on the terminal",
        "只包含加密备份的口令、不含其他内容的文件。`-` 表示读取标准输入。不带此选项时，会在终端上询问口令",
    ),
    (
        "Only this mailbox, by id or address. Repeatable. Default: all mailboxes and the system mail account",
        "仅此邮箱，用 ID 或地址指定。可重复。默认：所有邮箱和系统邮件账户",
    ),
    ("How many tests run at once", "同时运行多少个测试"),
    (
        "How many tests run at once per server. There is never more than one per account",
        "每个服务器同时运行多少个测试。每个账户从不超过一个",
    ),
    (
        "Also send an email from each mailbox to itself, wait for it by IMAP, measure the time, and remove it",
        "同时从每个邮箱向其自身发送一封邮件，通过 IMAP 等待其到达，测量所用时间，然后将其删除",
    ),
    (
        "Connect to this address instead of the server's own: HOST:PORT=ADDRESS:PORT. Repeatable",
        "连接到此地址，而不是服务器自己的地址：HOST:PORT=ADDRESS:PORT。可重复",
    ),
    (
        "Leave expired OAuth tokens as they are. Without this option they are renewed and stored, as FreeScout does at its next fetch",
        "已过期的 OAuth 令牌保持原样。不带此选项时，会像 FreeScout 下次获取邮件时那样续期并保存",
    ),
    (
        "FreeScout's folder. Default: the current one, else what processes, crontabs, services and web servers name, else the usual places",
        "FreeScout 的目录。默认：当前目录，否则为进程、计划任务表、服务和 Web 服务器所指明的目录，再否则为常见位置",
    ),
    (
        "The container that FreeScout runs in, by name, id or the number of a process: INSTALL is a path in it then, all other paths are this host's",
        "运行 FreeScout 的容器，用名称、ID 或进程编号指定：此时 INSTALL 是容器内的路径，其他所有路径都是此主机上的",
    ),
    (
        "Another place to search for keys: a folder, file or archive. Repeatable",
        "另一个搜索密钥的位置：目录、文件或归档文件。可重复",
    ),
    (
        "A file that contains a key and nothing else: its text, all rows of one on paper, or the decrypted text of a safe. `-` reads standard input",
        "只包含一个密钥、不含其他内容的文件：密钥的文本、纸质密钥的所有行，或密钥保险文件解密后的文本。`-` 表示读取标准输入",
    ),
    (
        "Folder of the backups. Default: `backups` in the state folder",
        "备份所在的目录。默认：状态目录中的 `backups`",
    ),
    (
        "A separate folder, preferably on another disk, for the files of a backup that contain the key, so that the key is kept apart from what it decrypts. Also where those files are looked for if they were moved",
        "备份中包含密钥的文件所用的单独目录，最好在另一个磁盘上，以便密钥与其所解密的内容分开保存。这些文件如已移动，也在此处查找",
    ),
    (
        "The folder for the journal and saved state. Default: /var/lib/freescout-rescue as root, else ~/.local/state/freescout-rescue",
        "日志库和所保存状态的目录。默认：root 为 /var/lib/freescout-rescue，否则为 ~/.local/state/freescout-rescue",
    ),
    (
        "The account that FreeScout's pages run as, by name or UID[:GID]. Default: the one with the fewest rights among the owners of the install's folder, .env, artisan and storage/. FreeScout's own work is done with no more rights than this",
        "运行 FreeScout 页面的系统账户，用名称或 UID[:GID] 指定。默认：安装目录、.env、artisan 和 storage/ 的所有者中权限最少的一个。FreeScout 自身的工作不会以超出此账户的权限执行",
    ),
    (
        "Do not run PHP: remove the config cache directly",
        "不运行 PHP：直接删除配置缓存",
    ),
    (
        "Restart queue workers even if their memory, which may hold a lost key, could not be searched. Without this option, such workers are not restarted",
        "即使无法搜索队列进程的内存（其中可能保存着丢失的密钥），也重启它们。不带此选项时，不会重启这样的队列进程",
    ),
    (
        "Print JSON on standard output, also when the command fails",
        "在标准输出上输出 JSON，命令失败时也是如此",
    ),
    ("The recommended one", "推荐的方式"),
    (
        "Put the old key back, and re-encrypt what was saved since",
        "放回旧密钥，并重新加密此后保存的内容",
    ),
    (
        "Keep the current key, and re-encrypt everything else with it",
        "保留当前密钥，并用它重新加密其他所有内容",
    ),
    (
        "Make a new random key for everything",
        "为所有内容生成新的随机密钥",
    ),
    ("Only store newly entered passwords", "仅保存新输入的密码"),
    (
        "List every secret and every place of a key. Without this option, the first ten of each kind",
        "列出每个机密值以及密钥的每个所在位置。不带此选项时，每一类只列出前十个",
    ),
    ("Say it in one line", "用一行说明"),
    (
        "Only show it, as without --yes",
        "仅作显示，与不带 --yes 时相同",
    ),
    (
        "Say nothing on standard error but what went wrong",
        "在标准错误上只说明出错的情况",
    ),
    (
        "Also say what is being read and judged",
        "同时说明正在读取和判定的内容",
    ),
    ("For people", "供人阅读"),
    ("A line of JSON an install", "每个安装一行 JSON"),
    (
        "For Nagios and Icinga: one line, performance data, details",
        "供 Nagios 和 Icinga 使用：一行摘要、性能数据、详情",
    ),
    (
        "For Prometheus: a file of node_exporter's textfile collector",
        "供 Prometheus 使用：node_exporter 的 textfile 收集器的文件",
    ),
    (
        "The settings. Default: /etc/freescout-rescue/watch.toml, where that is there",
        "设置文件。默认：/etc/freescout-rescue/watch.toml（如果存在）",
    ),
    (
        "How the round is told on standard output",
        "在标准输出上如何报告这一轮检查",
    ),
    (
        "Write that to this file instead, which is replaced at once, as a whole",
        "改为写入此文件，该文件会一次性整体替换",
    ),
    ("Every install on this server", "此服务器上的每个安装"),
    (
        "Forget those that were watched with --all and are not found any more: nobody is told of them again",
        "忘记曾用 --all 监视、现在已找不到的安装：不再就此通知任何人",
    ),
    ("Try no logins in this round", "在这一轮检查中不尝试登录"),
    (
        "Also try once more what was refused: a password that was refused is not sent again by itself, as accounts get locked",
        "对被拒绝的也再试一次：因为账户可能被锁定，被拒绝的密码不会自动再次发送",
    ),
    (
        "Have mailboxes send themselves a mail, once a day each, which is found again and removed",
        "让每个邮箱每天向自身发送一封邮件，找到后将其删除",
    ),
    (
        "Only send a trial alarm to everybody who is to be told, and say what came of it",
        "仅向所有应被通知的人发送一个试验警报，并说明结果",
    ),
    (
        "Only print an example of the settings, with comments",
        "仅输出带注释的设置示例",
    ),
    (
        "Have a round made by a timer of systemd, or by cron where there is none. Shows what would be written; with --yes, does it",
        "由 systemd 的定时器执行每轮检查；没有 systemd 时由 cron 执行。显示会写入的内容；带 --yes 时真正执行",
    ),
    (
        "Take that back. Shows what would be removed; with --yes, does it",
        "将其撤回。显示会删除的内容；带 --yes 时真正执行",
    ),
    (
        "Really do what --install or --remove shows",
        "真正执行 --install 或 --remove 所显示的操作",
    ),
    (
        "How often the timer has a round made",
        "定时器多久执行一轮检查",
    ),
    (
        "The new file; nothing is written over. `-` is standard output",
        "新文件；不会覆盖任何内容。`-` 为标准输出",
    ),
    (
        "Not encrypted, for a folder: a page with the key in force, as rows that can be typed in again, each with check characters, and as a QR code. It goes to the terminal, or to --output. What is typed is a source for --key-file",
        "不加密，供归档保存：一页包含当前密钥的纸，分为可重新输入的各行（每行带校验字符），并附二维码。输出到终端，或写入 --output。重新输入的内容可作为 --key-file 的来源",
    ),
    (
        "Also write the QR code as SVG to this new file. Needs --paper",
        "同时将二维码以 SVG 写入此新文件。需要 --paper",
    ),
    (
        "Encrypt it to this public key of age (age1…) or SSH (ssh-ed25519 …, ssh-rsa …) in place of a passphrase. Repeatable: each can open it",
        "用此 age 公钥（age1…）或 SSH 公钥（ssh-ed25519 …、ssh-rsa …）加密，以代替口令。可重复：其中每一个都能打开",
    ),
    (
        "A file with public keys of age or SSH, one a line: also authorized_keys or id_ed25519.pub. Repeatable",
        "包含 age 或 SSH 公钥的文件，每行一个：也可以是 authorized_keys 或 id_ed25519.pub。可重复",
    ),
    (
        "A file that contains the passphrase and nothing else. `-` reads standard input. Without this option and without recipients, the passphrase is asked for twice on the terminal",
        "只包含口令、不含其他内容的文件。`-` 表示读取标准输入。不带此选项且没有接收者公钥时，会在终端上询问两次口令",
    ),
    (
        "Really do it; without it, only show what would break, what would be done, and what you would have to do afterwards",
        "真正执行；不带此选项时，仅显示会受到破坏的内容、会执行的操作，以及之后您必须做的事",
    ),
    (
        "A new file for a safe with the key in force and the new one, made and verified before anything is changed; nothing is written over. It can be left out where a safe with the key in force was made here before",
        "用于密钥保险文件的新文件，其中包含当前密钥和新密钥，在更改任何内容之前创建并验证；不会覆盖任何内容。如果此前已在此处创建过包含当前密钥的密钥保险文件，则可省略",
    ),
];

/// Entries that read as they do in English.
pub const SAME: &[&str] = &[
    "safe_decrypt",
    "safe_decrypt_with_key",
    "journey_subject",
    "journey_body",
    "mailbox_url",
    "system_mail_url",
    "rotate_recover",
];
