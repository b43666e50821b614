//! The key that a container is given as a file: where the next start takes it from.

use std::path::{Path, PathBuf};

use super::{Contents, Reader};
use crate::domain::config::container::definition::granted;
use crate::domain::config::elsewhere::Setting;
use crate::domain::inventory::secret::SecretBytes;

impl Reader<'_> {
    /// Takes the key from the file that the container finds where this variable says. What is given there at the next start
    /// counts, whatever was there at the last one; where that is not known, the variable keeps its line and has no value.
    pub(super) fn follow(&mut self, setting: &mut Setting) {
        // The name of a file is no key.
        let Some(inside) = setting.value.take() else {
            return;
        };
        let Ok(inside) = std::str::from_utf8(inside.expose()) else {
            return;
        };
        let inside = Path::new(inside);
        let file = match granted::at(inside, &self.given) {
            Some(given) => match granted::source(given, &self.project_files) {
                Some(Contents::Text(text)) => {
                    setting.clone_from(text);
                    setting.value = text.value.as_ref().map(key_of);
                    return;
                }
                Some(Contents::File(path)) => path.clone(),
                None => return,
            },
            None => match self.mounted(inside) {
                Some(path) => path,
                None => return,
            },
        };
        match self.host.read(&file) {
            Some(bytes) => {
                setting.value = Some(key_of(&SecretBytes::from(&bytes[..])));
                setting.path = file;
                setting.line = 1;
            }
            None => self.has_no_text(&file),
        }
    }

    /// Where the host has what the container had at this path when it was last started.
    fn mounted(&self, inside: &Path) -> Option<PathBuf> {
        let inside = granted::spelled(inside);
        let mounts = self.known.record.mounts.iter();
        let mounted = mounts.filter_map(|mount| {
            let destination = granted::spelled(&mount.destination);
            let below = inside.strip_prefix(&destination).ok()?;
            let depth = destination.components().count();
            Some((depth, mount.source.join(below).components().collect()))
        });
        mounted
            .max_by_key(|(depth, _)| *depth)
            .map(|(_, path)| path)
    }
}

/// The key in a file: images take it without the line end.
fn key_of(contents: &SecretBytes) -> SecretBytes {
    SecretBytes::from(contents.expose().trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{defined, told};
    use super::*;

    #[test]
    fn a_secret_is_followed_to_where_it_comes_from() {
        let compose = |given: &str, defined: &str| {
            format!(
                "services:\n  app:\n    environment: [FREESCOUT_APP_KEY_FILE=/run/secrets/app_key]\n    {given}\n{defined}\n"
            )
        };
        let decoy = "app_key: {file: decoy.txt}";
        for (given, defined, told_of) in [
            (
                "secrets: [{source: key, target: app_key}]",
                format!("secrets: {{key: {{file: key.txt}}, {decoy}}}"),
                "/srv/fs/key.txt 1",
            ),
            (
                "configs: [{source: key, target: /run/secrets/app_key}]",
                format!("configs: {{key: {{file: key.txt}}}}\nsecrets: {{{decoy}}}"),
                "/srv/fs/key.txt 1",
            ),
            (
                "secrets: [app_key]",
                "secrets: {app_key: {environment: FS_KEY}}".to_owned(),
                "/srv/fs/.env 2",
            ),
            (
                "secrets: [app_key]",
                "secrets: {app_key: {external: true}}".to_owned(),
                "/srv/fs/compose.yml 3",
            ),
            ("", format!("secrets: {{{decoy}}}"), "/srv/fs/compose.yml 3"),
        ] {
            let text = compose(given, &defined);
            let files = [
                ("srv/fs/compose.yml", text.as_str()),
                ("srv/fs/key.txt", "base64:K=\n"),
                ("srv/fs/decoy.txt", "base64:D=\n"),
                ("srv/fs/.env", "X=1\nFS_KEY=base64:E=\n"),
            ];
            let (settings, unread) = told(&files, "");
            let expected = format!("FREESCOUT_APP_KEY_FILE {told_of}");
            assert_eq!((settings, unread.len()), (vec![expected], 0), "{text}");
        }
    }

    #[test]
    fn a_line_end_is_no_part_of_a_key() {
        let text = "services:
  app:
    environment: [FREESCOUT_APP_KEY_FILE=/key]
    configs: [key]
configs:
  key:
    content: |
      base64:K=
";
        let found = defined(&[("srv/fs/compose.yml", text)], "");
        let values = found.settings.iter().map(|one| one.value.as_ref());
        let values: Vec<_> = values.map(|one| one.map(SecretBytes::expose)).collect();
        assert_eq!(values, [Some(&b"base64:K="[..])]);
    }

    #[test]
    fn what_is_given_and_not_there_is_told_and_no_older_mount_is_taken() {
        let text = |secret: &str| {
            format!(
                "services:
  app:
    environment: [FREESCOUT_APP_KEY_FILE=/var/run/secrets/key]
    secrets: [key]
secrets: {{{secret}}}
"
            )
        };
        let mount =
            r#""/run/secrets/key":{"Source":"/srv/fs/old.txt","Destination":"/run/secrets/key"}"#;
        let line = "FREESCOUT_APP_KEY_FILE /srv/fs/compose.yml 3";
        for (secret, place, unread) in [
            (
                "key: {file: gone.txt}",
                line,
                Some("/srv/fs/gone.txt Missing"),
            ),
            ("key: {file: folder}", line, Some("/srv/fs/folder NotAFile")),
            ("key: {external: true}", line, None),
            ("other: {file: old.txt}", line, None),
            (
                "key: {file: new.txt}",
                "FREESCOUT_APP_KEY_FILE /srv/fs/new.txt 1",
                None,
            ),
        ] {
            let text = text(secret);
            let files = [
                ("srv/fs/compose.yml", text.as_str()),
                ("srv/fs/old.txt", "base64:O=\n"),
                ("srv/fs/new.txt", "base64:N=\n"),
                ("srv/fs/folder/x", ""),
            ];
            let (settings, told_unread) = told(&files, mount);
            let unread: Vec<&str> = unread.into_iter().collect();
            assert_eq!(settings, [place], "{secret}");
            assert_eq!(told_unread, unread, "{secret}");
        }
        // Where none is given, the container has what it had at its last start.
        let none = text("").replace("    secrets: [key]\n", "");
        let files = [
            ("srv/fs/compose.yml", &*none),
            ("srv/fs/old.txt", "base64:O=\n"),
        ];
        let (settings, unread) = told(&files, mount);
        assert_eq!(settings, ["FREESCOUT_APP_KEY_FILE /srv/fs/old.txt 1"]);
        assert_eq!(unread.len(), 0, "{unread:?}");
    }
}
