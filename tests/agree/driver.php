<?php
/**
 * Asks FreeScout's own code what it makes of mailboxes: its connection test, a listing as its fetch does it, a test mail.
 *
 *     FREESCOUT_CHECKOUT=… php driver.php FOLDER < rows.json
 *
 * FOLDER is empty and ours: what the application writes goes there. Standard input is an array of rows, each with `columns`
 * of a mailbox and its `direction`; each row's result is one line of JSON, in the order they end. Every row has a process
 * of its own, so that none finds what another left behind in FreeScout's statics. Exit code 2: it could not be asked.
 */

const AT_ONCE = 24;
/** Seconds: FreeScout waits 30 for each answer of a server. */
const LONGEST = 75;
/** A line is written in one piece if it is not longer than a pipe's buffer. */
const SAID = 900;

function refuse($why)
{
    fwrite(STDERR, $why."\n");
    exit(2);
}

$root = getenv('FREESCOUT_CHECKOUT');
$folder = $argv[1];
foreach (['curl', 'intl', 'mbstring', 'xml' => 'dom', 'sqlite3' => 'pdo_sqlite'] as $package => $extension) {
    $package = is_int($package) ? $extension : $package;
    extension_loaded($extension) or refuse("PHP's extension $extension is missing: apt-get install php-$package");
}
foreach (['.env', 'bootstrap/cache/config.php'] as $file) {
    file_exists("$root/$file") and refuse("$root has $file: this is an install, not a checkout; name one that nobody uses");
}
is_file("$root/vendor/autoload.php") or refuse("$root has no vendor folder: take FreeScout's branch `dist`");

foreach (['framework/views', 'framework/cache', 'logs'] as $sub) {
    mkdir("$folder/storage/$sub", 0777, true);
}
$settings = [
    'APP_KEY' => 'base64:'.base64_encode(random_bytes(32)),
    'APP_URL' => 'http://helpdesk.example',
    'DB_CONNECTION' => 'sqlite',
    'DB_DATABASE' => ':memory:',
    'CACHE_DRIVER' => 'array',
    'SESSION_DRIVER' => 'array',
    'QUEUE_DRIVER' => 'sync',
];
foreach ($settings as $name => $value) {
    putenv("$name=$value");
    $_ENV[$name] = $_SERVER[$name] = $value;
}

require "$root/vendor/autoload.php";
$app = require "$root/bootstrap/app.php";
$app->useEnvironmentPath($folder);
$app->useStoragePath("$folder/storage");
$app->make(Illuminate\Contracts\Console\Kernel::class)->bootstrap();

// FreeScout is not meant for SQLite, whose connector PHP 8.2 calls deprecated, and the application takes that for an
// error. No option is set, and no result is kept.
error_reporting(E_ALL & ~E_DEPRECATED);
DB::statement('CREATE TABLE options (name TEXT, value TEXT)');
error_reporting(-1);
App\SendLog::saving(function () {
    return false;
});

/** What the pages' button for incoming mail says. */
function button($mailbox)
{
    $result = MailHelper::fetchTest($mailbox);

    return ['ok' => $result['result'] == 'success', 'said' => $result['msg']];
}

/** Whether a fetch takes the mailbox, finds each of its folders and reads what is in them. */
function listing($mailbox)
{
    if (!$mailbox->isInActive()) {
        return ['ok' => false, 'said' => 'a fetch leaves this mailbox out'];
    }
    $client = MailHelper::getMailboxClient($mailbox);
    try {
        $client->connect();
    } catch (Exception $e) {
        if (strpos($e->getMessage(), 'Mailbox is empty') === 0) {
            return ['ok' => true, 'said' => $e->getMessage()];
        }
        throw $e;
    }
    foreach ($mailbox->getInImapFolders() as $name) {
        $folder = MailHelper::getImapFolder($client, $name);
        if (!$folder) {
            return ['ok' => false, 'said' => "no folder $name"];
        }
        $query = function () use ($folder) {
            return $folder->query()->since(now()->subDays(3))->leaveUnread()->unseen();
        };
        $query()->count();
        $query()->limit(300, 1)->get();
        $error = method_exists($client, 'getLastError') ? $client->getLastError() : '';
        if ($error && strpos($error, 'Mailbox is empty') !== 0) {
            return ['ok' => false, 'said' => "$name: $error"];
        }
    }
    $client->disconnect();

    return ['ok' => true, 'said' => ''];
}

/** Whether a test mail to the mailbox's own address leaves. */
function sending($mailbox)
{
    $result = MailHelper::sendTestMail($mailbox->email, $mailbox);

    return ['ok' => $result['status'] == 'success', 'said' => $result['msg']];
}

function attempt($ask, $mailbox)
{
    try {
        return $ask($mailbox);
    } catch (Throwable $e) {
        return ['ok' => false, 'said' => get_class($e).': '.$e->getMessage()];
    }
}

function result($row)
{
    // As a row of the database: only the passwords go by the way that encrypts them.
    $mailbox = new App\Mailbox();
    foreach (['in_password', 'out_password'] as $name) {
        $mailbox->$name = $row['columns'][$name];
        unset($row['columns'][$name]);
    }
    $mailbox->setRawAttributes($row['columns'] + $mailbox->getAttributes());
    $asked = $row['direction'] == 'incoming' ? ['button', 'listing'] : ['sending'];
    $result = ['id' => $row['columns']['id']];
    // Debugging prints of the libraries go nowhere.
    ob_start();
    foreach ($asked as $ask) {
        $answer = attempt($ask, $mailbox);
        $answer['said'] = mb_strcut(mb_scrub((string) $answer['said']), 0, SAID);
        $result[$ask] = $answer;
    }
    ob_end_clean();

    return json_encode($result, JSON_INVALID_UTF8_SUBSTITUTE)."\n";
}

$running = 0;
foreach (json_decode(stream_get_contents(STDIN), true) as $row) {
    if ($running == AT_ONCE) {
        pcntl_wait($status);
        $running--;
    }
    if (pcntl_fork() == 0) {
        pcntl_alarm(LONGEST);
        fwrite(STDOUT, result($row));
        // Without what the application does when it ends.
        posix_kill(getmypid(), SIGKILL);
    }
    $running++;
}
while (pcntl_wait($status) > 0);
