<?php
// The other side of seal and open: Laravel's own encrypter, from Debian's php-illuminate-encryption.
// Reads JSON lines {"key": base64, "seal": base64} or {"key": base64, "open": payload}; answers each with one JSON line.
require '/usr/share/php/Illuminate/Encryption/autoload.php';

use Illuminate\Encryption\Encrypter;

while (($line = fgets(STDIN)) !== false) {
    $ask = json_decode($line, true);
    $encrypter = new Encrypter(base64_decode($ask['key']), 'AES-256-CBC');
    try {
        if (isset($ask['seal'])) {
            $answer = ['payload' => $encrypter->encrypt(base64_decode($ask['seal']))];
        } else {
            $answer = ['text' => base64_encode($encrypter->decrypt($ask['open']))];
        }
    } catch (\Throwable $e) {
        $answer = ['error' => $e->getMessage()];
    }
    echo json_encode($answer), "\n";
}
