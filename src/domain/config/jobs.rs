//! What a command line says of FreeScout: which `artisan` it runs, with which PHP, as whom. Read as a shell would, as far
//! as people write such lines: crontabs, scripts that cron runs, services, supervisor's programs.
//!
//! What is put together while it runs (`$(…)`, `%(here)s`) is not known here. A command that hands its work to a container
//! names a folder inside of that: it is none of this system's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::php::is_php;

/// Shells within shells.
const MAX_DEPTH: usize = 4;
/// Longest text that is looked at.
const MAX_TEXT: usize = 64 << 10;

/// Programs that do their work in a container, or on another machine.
const ELSEWHERE: [&str; 16] = [
    "docker",
    "docker-compose",
    "podman",
    "podman-compose",
    "nerdctl",
    "kubectl",
    "crictl",
    "ctr",
    "lxc",
    "lxc-attach",
    "incus",
    "pct",
    "machinectl",
    "nsenter",
    "chroot",
    "ssh",
];

/// A call of `artisan`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The folder that `artisan` lies in.
    pub folder: PathBuf,
    /// The PHP it is called with: a path or a name. `None` where `artisan` is called by itself.
    pub php: Option<PathBuf>,
    /// As whom, where the command says so.
    pub user: Option<String>,
}

/// Where a command begins.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The folder it is started in.
    pub folder: Option<PathBuf>,
    /// The home folder of who runs it.
    pub home: Option<PathBuf>,
}

/// The calls of `artisan` in a command, or in a script.
pub fn calls(text: &str, start: &Start) -> Vec<Called> {
    if text.len() > MAX_TEXT || !text.contains("artisan") {
        return Vec::new();
    }
    let mut shell = Shell {
        folder: start.folder.clone().or_else(|| start.home.clone()),
        home: start.home.clone(),
        variables: BTreeMap::new(),
        user: None,
        found: Vec::new(),
    };
    shell.run(text, 0);
    shell.found
}

struct Shell {
    folder: Option<PathBuf>,
    home: Option<PathBuf>,
    variables: BTreeMap<String, String>,
    user: Option<String>,
    found: Vec<Called>,
}

impl Shell {
    fn run(&mut self, text: &str, depth: usize) {
        for command in commands(text) {
            let words: Vec<String> = command.iter().map(|word| self.put_in(word)).collect();
            self.command(&words, depth);
        }
    }

    fn command(&mut self, words: &[String], depth: usize) {
        // `NAME=value` before a command, or by itself.
        let set = |word: &&String| {
            let name = word.split_once('=').map(|(name, _)| name);
            name.is_some_and(|name| !name.is_empty() && name.chars().all(is_name))
        };
        let words = match words {
            [export, rest @ ..] if export == "export" || export == "exec" => rest,
            words => words,
        };
        let assigned = words.iter().take_while(set).count();
        for word in &words[..assigned] {
            if let Some((name, value)) = word.split_once('=') {
                self.variables.insert(name.to_owned(), value.to_owned());
            }
        }
        let words = &words[assigned..];
        let Some(first) = words.first() else { return };
        if words.iter().any(|word| ELSEWHERE.contains(&name(word))) {
            return;
        }
        if let ("cd" | "pushd", Some(to)) = (
            name(first),
            words.iter().skip(1).find(|w| !w.starts_with('-')),
        ) {
            self.folder = self.path(to);
            return;
        }
        let user = user(words).or_else(|| self.user.clone());
        if let Some(at) = words.iter().position(|word| name(word) == "artisan") {
            let php = words[..at].iter().rev().find(|word| is_php(name(word)));
            if let Some(folder) = self
                .path(&words[at])
                .and_then(|p| p.parent().map(Path::to_owned))
            {
                self.found.push(Called {
                    folder,
                    php: php.map(PathBuf::from),
                    user,
                });
            }
            return;
        }
        // A shell's command within quotes.
        if depth < MAX_DEPTH {
            let inner = words
                .iter()
                .filter(|w| w.contains("artisan") && w.contains(char::is_whitespace));
            let inner: Vec<String> = inner.cloned().collect();
            for text in inner {
                let (folder, before) = (self.folder.clone(), self.user.clone());
                self.user.clone_from(&user);
                self.run(&text, depth + 1);
                (self.folder, self.user) = (folder, before);
            }
        }
    }

    /// A path from where the command is; `None` where that is not known.
    fn path(&self, text: &str) -> Option<PathBuf> {
        let path = match (text, text.strip_prefix("~/")) {
            ("~", _) => self.home.clone()?,
            (_, Some(rest)) => self.home.as_ref()?.join(rest),
            (text, None) => PathBuf::from(text),
        };
        match path.is_absolute() {
            true => Some(path),
            false => Some(self.folder.as_ref()?.join(path)),
        }
    }

    /// A word with the variables put in that are known.
    fn put_in(&self, word: &str) -> String {
        if !word.contains('$') {
            return word.to_owned();
        }
        let mut put = String::new();
        let mut rest = word;
        while let Some(at) = rest.find('$') {
            put.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (variable, after) = match rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
                Some((name, after)) => (name, after),
                None => rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len())),
            };
            let home = self.home.as_ref().filter(|_| variable == "HOME");
            match (self.variables.get(variable), home) {
                (Some(value), _) => put.push_str(value),
                (None, Some(home)) => put.push_str(&home.to_string_lossy()),
                (None, None) => put.push('$'),
            }
            rest = after;
            if put.len() > MAX_TEXT {
                break;
            }
        }
        put.push_str(rest);
        put
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The last part of a path.
fn name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// As whom `sudo`, `su`, `runuser`, `setpriv` and their kin run a command.
fn user(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| {
        matches!(
            name(word),
            "sudo"
                | "su"
                | "runuser"
                | "doas"
                | "s6-setuidgid"
                | "setuidgid"
                | "gosu"
                | "su-exec"
                | "chpst"
        )
    })?;
    let rest = &words[at + 1..];
    let after = |option: &str| {
        let at = rest.iter().position(|word| word == option)?;
        rest.get(at + 1).cloned()
    };
    match name(&words[at]) {
        "su" => {
            // Options that take a value of their own.
            let mut skip = false;
            let mut plain = rest.iter().filter(|word| {
                let is_value = std::mem::replace(
                    &mut skip,
                    matches!(word.as_str(), "-s" | "-c" | "-g" | "-w"),
                );
                !is_value && !word.starts_with('-')
            });
            plain.next().cloned()
        }
        "s6-setuidgid" | "setuidgid" | "gosu" | "su-exec" => {
            let user = rest.first()?;
            Some(user.split(':').next().unwrap_or(user).to_owned())
        }
        _ => after("-u").or_else(|| {
            let long = rest.iter().find_map(|word| word.strip_prefix("--user="));
            long.map(str::to_owned)
        }),
    }
}

/// The commands of a text, each as its words, with quotes taken off.
fn commands(text: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words) = (Vec::new(), Vec::new());
    let (mut word, mut quote, mut begun) = (String::new(), None, false);
    let mut chars = text.chars().peekable();
    let mut comment = false;
    while let Some(c) = chars.next() {
        if comment && c != '\n' {
            continue;
        }
        comment = false;
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\\', Some('"') | None) => match chars.next() {
                Some('\n') | None => {}
                Some(next) => {
                    word.push(next);
                    begun = true;
                }
            },
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                begun = true;
            }
            ('#', None) if !begun => comment = true,
            // What is redirected to is no word of the command, but does not harm either.
            (c, None) if c.is_whitespace() || ";&|()<>`".contains(c) => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
                if (c == '\n' || ";&|()`".contains(c)) && !words.is_empty() {
                    commands.push(std::mem::take(&mut words));
                }
            }
            (c, None) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    if !words.is_empty() {
        commands.push(words);
    }
    commands
}

/// A line of a crontab that runs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronJob {
    /// The line, counted from 1.
    pub line: u64,
    /// As whom, where the crontab says so.
    pub user: Option<String>,
    /// What.
    pub command: String,
}

/// The jobs of a crontab. Those of the system name the account in each line. With each goes what the crontab sets.
pub fn crontab(bytes: &[u8], names_user: bool) -> Vec<CronJob> {
    let text = String::from_utf8_lossy(bytes);
    let (mut jobs, mut set) = (Vec::new(), String::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        // `*/5`, `0-59`, `@hourly`; a variable has a name before the sign.
        if let Some((name, _)) = line.split_once('=')
            && name.trim().chars().all(is_name)
        {
            set.push_str(line);
            set.push('\n');
            continue;
        }
        let fields = if first.starts_with('@') { 1 } else { 5 };
        let mut rest = line;
        for _ in 0..fields {
            rest = rest.trim_start();
            rest = rest.find(char::is_whitespace).map_or("", |at| &rest[at..]);
        }
        let mut rest = rest.trim_start();
        let mut user = None;
        if names_user {
            let at = rest.find(char::is_whitespace).unwrap_or(rest.len());
            user = Some(rest[..at].to_owned());
            rest = rest[at..].trim_start();
        }
        if !rest.is_empty() && set.len() + rest.len() <= MAX_TEXT {
            jobs.push(CronJob {
                line: number,
                user,
                command: format!("{set}{rest}"),
            });
        }
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(command: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let start = Start {
            folder: None,
            home: Some("/home/jane".into()),
        };
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let calls = calls(command, &start).into_iter();
        calls
            .map(|call| (text(&call.folder), call.php.as_ref().map(text), call.user))
            .collect()
    }

    fn one(folder: &str, php: &str) -> Vec<(String, Option<String>, Option<String>)> {
        vec![(
            folder.to_owned(),
            Some(php.to_owned()).filter(|php| !php.is_empty()),
            None,
        )]
    }

    #[test]
    fn artisan_is_found_however_it_is_called() {
        let cases = [
            (
                "php /var/www/html/artisan schedule:run >> /dev/null 2>&1",
                "/var/www/html",
                "php",
            ),
            (
                "cd /srv/a && /usr/bin/php8.2 artisan schedule:run",
                "/srv/a",
                "/usr/bin/php8.2",
            ),
            (
                "cd '/srv/with space'; php artisan schedule:run",
                "/srv/with space",
                "php",
            ),
            (
                "/opt/plesk/php/8.2/bin/php -d memory_limit=-1 -f \"/a/artisan\" schedule:run",
                "/a",
                "/opt/plesk/php/8.2/bin/php",
            ),
            (
                "/usr/local/bin/ea-php82 ~/public_html/help/artisan schedule:run",
                "/home/jane/public_html/help",
                "/usr/local/bin/ea-php82",
            ),
            (
                "cd $HOME/help && ./artisan schedule:run",
                "/home/jane/help",
                "",
            ),
            (
                "php public_html/artisan schedule:run",
                "/home/jane/public_html",
                "php",
            ),
            (
                "APP=/srv/b\nPHP=/usr/bin/php8.3\n$PHP ${APP}/artisan schedule:run",
                "/srv/b",
                "/usr/bin/php8.3",
            ),
            (
                "/bin/bash -lc 'cd /srv/c && php artisan schedule:run'",
                "/srv/c",
                "php",
            ),
            (
                "flock -n /tmp/lock nice php /srv/d/artisan schedule:run",
                "/srv/d",
                "php",
            ),
            (
                "test -f /srv/e/artisan && php /srv/e/artisan schedule:run",
                "/srv/e",
                "php",
            ),
        ];
        for (command, folder, php) in cases {
            let found = called(command);
            assert_eq!(found.last().cloned(), one(folder, php).pop(), "{command}");
        }
    }

    #[test]
    fn as_whom_it_runs_is_told() {
        let user = |command: &str| called(command).pop().and_then(|(_, _, user)| user);
        for command in [
            "sudo -u www-data php /a/artisan schedule:run",
            "su -s /bin/sh www-data -c 'php /a/artisan schedule:run'",
            "su - www-data -c \"cd /a && php artisan schedule:run\"",
            "runuser -u www-data -- php /a/artisan schedule:run",
            "s6-setuidgid www-data php /a/artisan schedule:run",
        ] {
            assert_eq!(user(command).as_deref(), Some("www-data"), "{command}");
        }
        assert_eq!(user("php /a/artisan schedule:run"), None);
    }

    #[test]
    fn what_a_container_runs_lies_in_the_container() {
        for command in [
            "docker exec freescout php /www/html/artisan schedule:run",
            "docker compose -f /srv/compose.yml exec -T php php /app/artisan schedule:run",
            "/usr/bin/podman exec a sh -c 'cd /www/html && php artisan schedule:run'",
            "ssh other php /var/www/html/artisan schedule:run",
        ] {
            assert_eq!(called(command), [], "{command}");
        }
        assert_eq!(called("tar czf /backup/a.tar.gz /var/www/html"), []);
    }

    #[test]
    fn a_crontab_says_who_and_where() {
        let text = b"# m h dom mon dow user command\nSHELL=/bin/sh\nAPP=/srv/a\n\n*/5 * * * * www-data php $APP/artisan schedule:run\n\
            @hourly root /usr/local/bin/x\n#0 0 * * * root php /old/artisan\n";
        let jobs = crontab(text, true);
        let told: Vec<(u64, Option<&str>)> =
            jobs.iter().map(|j| (j.line, j.user.as_deref())).collect();
        assert_eq!(told, [(5, Some("www-data")), (6, Some("root"))]);
        let calls = calls(&jobs[0].command, &Start::default());
        assert_eq!(calls[0].folder, PathBuf::from("/srv/a"));
        let own = crontab(b"* * * * * cd /srv/b && php artisan schedule:run\n", false);
        assert_eq!(own[0].user, None);
        assert!(own[0].command.starts_with("cd /srv/b"));
    }
}
