# A database in a container of its own, which nobody reaches but through the network that it shares with FreeScout's.

# The demo's rows, for MariaDB: a statement on each line.
tables() {
    python3 - "$image/root/www/html/database/database.sqlite" <<'PYTHON'
import sqlite3, sys

print("CREATE DATABASE IF NOT EXISTS helpdesk CHARACTER SET utf8mb4;")
for host in ("%", "localhost"):
    print(f"CREATE USER IF NOT EXISTS helpdesk@'{host}' IDENTIFIED BY 'secret';")
    print(f"GRANT ALL ON helpdesk.* TO helpdesk@'{host}';")
print("USE helpdesk;")
store = sqlite3.connect(sys.argv[1])
store.text_factory = bytes
names = [name.decode() for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
for name in names:
    rows = store.execute(f'SELECT * FROM "{name}"')
    columns = [column for (column, *_) in rows.description]
    rows = rows.fetchall()
    numbers = [all(row[at] is None or isinstance(row[at], int) for row in rows) for at in range(len(columns))]
    types = ("BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY" if c == "id" else "BIGINT" if n else "LONGTEXT" for c, n in zip(columns, numbers))
    print(f"CREATE TABLE `{name}` ({', '.join(f'`{c}` {t}' for c, t in zip(columns, types))});")
    for row in rows:
        values = ("NULL" if v is None else f"x'{v.hex()}'" if isinstance(v, bytes) else str(v) for v in row)
        print(f"INSERT INTO `{name}` VALUES ({', '.join(values)});")
PYTHON
}

# A data folder with those rows, which any server takes.
mkdir "$folder/database"
mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --user=root \
    --datadir="$folder/database" >"$folder/said" 2>&1 || { cat "$folder/said" >&2; fail "no database could be made"; }
tables >"$folder/tables.sql"
mkdir /run/mysqld
server='mariadbd --no-defaults --user=root --datadir=/var/lib/mysql --tmpdir=/tmp --socket=/tmp/mysqld.sock
    --innodb-buffer-pool-size=8M --innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0'

# The database's container: its name, and where it is reached from, as options.
start_database() {
    local name=$1
    shift
    cp -a "$folder/database" "/srv/$name"
    "$client" run --detach --name "$name" --volume "/srv/$name:/var/lib/mysql" --volume "$folder/tables.sql:/tables.sql:ro" "$@" \
        freescout:test sh -c "[ -e /var/lib/mysql/helpdesk ] || first=--init-file=/tables.sql; exec $(echo $server) \$first" \
        >"$folder/said" 2>&1 || { cat "$folder/said" >&2; fail "the container $name could not be started"; }
}

# FreeScout's container knows it by this name.
with_database() {
    local name=$1 host=$2
    shift 2
    prepare="
        rm -r /www/html/bootstrap/cache/config.php /www/html/database
        sed -i '/^DB_/d' /www/html/.env
        printf 'DB_CONNECTION=mysql\nDB_HOST=$host\nDB_PORT=3306\nDB_DATABASE=helpdesk\nDB_USERNAME=helpdesk\nDB_PASSWORD=secret\n' >>/www/html/.env
        until php -r 'new PDO(\"mysql:host=$host;dbname=helpdesk\", \"helpdesk\", \"secret\");' 2>/dev/null; do sleep 0.1; done"
    start "$name" "$@"
    prepare=
}

# The rows as their server has them.
rows_of() {
    "$client" exec "$1" php -r '$store = new PDO("mysql:host=$argv[1];dbname=helpdesk", "helpdesk", "secret");
        foreach (["mailboxes", "options", "modules", "users"] as $table) foreach ($store->query("SELECT * FROM $table ORDER BY id") as $row) echo json_encode($row, JSON_INVALID_UTF8_SUBSTITUTE), "\n";' "$2" | sha256sum
}

told_by_mariadb() {
    local name=$1 host=$2 before
    before=$(rows_of "$name" "$host")
    ends_with 2 check --container "$name"
    says "on MariaDB"
    says "can read 7 of 32"
    ends_with 2 recover --container "$name" --look-in "$old" --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    [ "$before" != "$(rows_of "$name" "$host")" ] || fail "$name: nothing was written"
    ends_with 0 undo --container "$name" --yes
    [ "$before" = "$(rows_of "$name" "$host")" ] || fail "$name: the undo left something behind"
    walked=$((walked + 1))
    echo "$name: found, checked, recovered, undone"
}

client=docker
start_docker
docker network create helpdesk >/dev/null
start_database freescout-db --network helpdesk
with_database with-a-database freescout-db --network helpdesk
grep -q 127.0.0.11 "/proc/$(first_of with-a-database)/root/etc/resolv.conf" || fail "Docker's own name server is not asked there"
told_by_mariadb with-a-database freescout-db
# Its database is gone with its container.
docker stop --time 0 freescout-db >/dev/null
ends_with 3 check --container with-a-database
says "freescout-db:3306 cannot be reached"
end with-a-database
end freescout-db
docker network rm helpdesk >/dev/null

# A pod: containers that share their network, and a third one that only keeps it.
client=podman
start_podman
podman pod create --name pod --share-parent=false --infra-image freescout:test --infra-command 'sleep 1000000' >"$folder/said" 2>&1 ||
    { cat "$folder/said" >&2; fail "no pod could be made"; }
start_database pod-db --pod pod
with_database in-a-pod 127.0.0.1 --pod pod
told_by_mariadb in-a-pod 127.0.0.1
podman pod rm --force --time 0 pod >/dev/null
