<?php
// The same work on Laravel's own encrypter: every password of every mailbox, tried with every key.
// Usage: php laravel.php DATABASE.sqlite ENV-FILE...
require '/usr/share/php/Illuminate/Encryption/autoload.php';

use Illuminate\Encryption\Encrypter;

$keys = [];
foreach (array_slice($argv, 2) as $file) {
    preg_match('/^APP_KEY=base64:(.*)$/m', file_get_contents($file), $found);
    $keys[] = new Encrypter(base64_decode($found[1]), 'AES-256-CBC');
}
$opens = array_fill(0, count($keys), 0);
$rows = (new PDO('sqlite:' . $argv[1]))->query('SELECT in_password, out_password FROM mailboxes');
foreach ($rows as $row) {
    foreach (['in_password', 'out_password'] as $column) {
        foreach ($keys as $number => $key) {
            try {
                $key->decrypt($row[$column]);
                $opens[$number]++;
                break;
            } catch (\Throwable $e) {
            }
        }
    }
}
echo implode(' ', $opens), "\n";
