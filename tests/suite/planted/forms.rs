//! Files that hold the key, and archives of such files.

use std::io::Write;
use std::path::Path;

use super::{Case, Search};
use crate::hunt::archives::{bz2, seven, xz, zst};

/// A file beside the decoys; `{key}` is the key as it is, `{json}` and `{url}` are its escaped forms.
macro_rules! file {
    ($place:literal, $name:literal, $text:expr) => {
        Case {
            place: $place,
            search: Search::Folder,
            plant: |folder, key, decoys| {
                std::fs::write(folder.join("decoys.log"), decoys).unwrap();
                write(&folder.join($name), filled($text, key).as_bytes())
            },
        }
    };
}

/// A file of bytes that are made from a `.env`.
macro_rules! made {
    ($place:literal, $name:literal, $make:expr) => {
        Case {
            place: $place,
            search: Search::Folder,
            plant: |folder, key, decoys| {
                std::fs::write(folder.join("decoys.log"), decoys).unwrap();
                let make: fn(&[u8]) -> Vec<u8> = $make;
                write(&folder.join($name), &make(filled(ENV, key).as_bytes()))
            },
        }
    };
}

const ENV: &str = "APP_URL=https://helpdesk.example\nAPP_KEY={key}\nDB_HOST=localhost\n";
const CACHE: &str = "<?php return array (\n  'app' => \n  array (\n    'url' => 'x',\n    'key' => '{key}',\n    'cipher' => 'AES-256-CBC',\n  ),\n);\n";
const OTHER: &str = "base64:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

pub fn cases() -> Vec<Case> {
    vec![
        file!(".env.bak", ".env.bak", ENV),
        file!("nano: .env.save", ".env.save", ENV),
        file!("emacs: .env~", ".env~", ENV),
        file!("emacs: #.env#", "#.env#", ENV),
        file!("patch: .env.orig", ".env.orig", ENV),
        file!(
            "comment in .env",
            ".env",
            &format!("APP_KEY={OTHER}\n#APP_KEY={{key}}\n")
        ),
        file!(
            "glued by install.php",
            ".env",
            &format!("APP_KEY={OTHER}{{key}}\n")
        ),
        file!("config cache", "bootstrap/cache/config.php", CACHE),
        file!("key file", "run/secrets/app_key", "{key}\n"),
        file!("key file without prefix", "run/secrets/app_key", "{bare}\n"),
        file!(
            "shell history: export",
            "root/.bash_history",
            "cd /var/www\nexport APP_KEY={key}\nls\n"
        ),
        file!(
            "shell history: sed",
            "root/.bash_history",
            "sed -i 's|^APP_KEY=.*|APP_KEY={key}|' .env\n"
        ),
        file!(
            "shell history: zsh, docker run",
            "root/.zsh_history",
            ": 1700000000:0;docker run -d -e APP_KEY={key} -p 80:80 freescout\n"
        ),
        file!(
            "compose file: list",
            "docker-compose.yml",
            "services:\n  app:\n    environment:\n      - APP_KEY={key}\n"
        ),
        file!(
            "compose file: map",
            "compose.yaml",
            "    environment:\n      APP_KEY: \"{key}\"\n"
        ),
        file!(
            "Kubernetes manifest",
            "deployment.yaml",
            "        - name: APP_KEY\n          value: {key}\n"
        ),
        file!(
            "container configuration",
            "config.v2.json",
            r#"{"Config":{"Env":["PATH=/bin","APP_KEY={json}","TZ=UTC"]}}"#
        ),
        file!(
            "systemd unit",
            "etc/freescout.service",
            "[Service]\nEnvironment=\"APP_KEY={key}\"\n"
        ),
        file!(
            "php-fpm pool",
            "etc/php/fpm/pool.d/www.conf",
            "[www]\nenv[APP_KEY] = {key}\n"
        ),
        file!(
            "Apache",
            "etc/apache2/site.conf",
            "SetEnv APP_KEY \"{key}\"\n"
        ),
        file!(
            "nginx",
            "etc/nginx/site.conf",
            "fastcgi_param APP_KEY \"{key}\";\n"
        ),
        file!(
            "cron",
            "etc/cron.d/x",
            "* * * * * www-data APP_KEY={key} php artisan\n"
        ),
        file!(
            "stack trace in a log",
            "storage/logs/laravel.log",
            "#3 Encrypter.php(41): supported('{key}', 'AES-256-CBC')\n"
        ),
        file!(
            "JSON with escaped slashes",
            "settings.json",
            r#"{"app":{"key":"{json}"}}"#
        ),
        file!("URL-encoded", "access.log", "GET /?k={url} HTTP/1.1\n"),
        made!("UTF-16 with a mark", "env.txt", |env| {
            let wide = env.iter().flat_map(|byte| [*byte, 0]);
            [0xff, 0xfe].into_iter().chain(wide).collect()
        }),
        made!("gz", "env.gz", gz),
        made!("tar", "site.tar", |env| tar("var/www/.env", env)),
        made!("tar.gz", "site.tar.gz", |env| gz(&tar("var/www/.env", env))),
        made!("zip", "site.zip", |env| zip("www/.env", env)),
        made!("bz2", "env.bz2", bz2),
        made!("xz", "env.xz", xz),
        made!("zstd", "env.zst", zst),
        made!("7z", "site.7z", |env| seven(&[("www/.env", env)])),
        made!("tar in tar.gz", "backup.tgz", |env| gz(&tar(
            "daily/site.tar",
            &tar("www/.env", env)
        ))),
        made!("gz in tar in zip in tar.gz", "backup.tar.gz", |env| gz(
            &tar("daily/site.zip", &zip("www.tar", &tar("env.gz", &gz(env))))
        )),
    ]
}

fn filled(text: &str, key: &str) -> String {
    let url = |text: &str| {
        text.replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D")
            .replace(':', "%3A")
    };
    text.replace("{key}", key)
        .replace("{bare}", key.trim_start_matches("base64:"))
        .replace("{json}", &key.replace('/', "\\/"))
        .replace("{url}", &url(key))
}

fn write(path: &Path, bytes: &[u8]) -> Box<dyn std::any::Any> {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    Box::new(())
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes).unwrap();
    archive.into_inner().unwrap()
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file(name, options).unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}
