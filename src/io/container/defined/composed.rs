//! A container's definition by Compose: the files of its project, with those that they include and build on.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{MOST, Reader, SERVICE, VARIABLES, compose_files, joined};
use crate::domain::config::container::compose;
use crate::domain::config::container::definition::{
    self, Definition, IncludedProject, Variable, WhyUnread,
};

/// How many variables of a project are looked up.
const MOST_VARIABLES: u32 = 1000;

/// A project of Compose's, as far as its files have it in common.
struct Project<'a> {
    /// Its folder.
    folder: PathBuf,
    /// Its files of variables, and their texts.
    variables: Vec<(PathBuf, Zeroizing<String>)>,
    /// How many more are looked up, in all projects together: each time these are read again.
    left: &'a Cell<u32>,
    /// The project that includes it, whose variables count before its own.
    within: Option<&'a Project<'a>>,
}

impl Project<'_> {
    fn variable(&self, name: &str) -> Option<Variable> {
        self.left.set(self.left.get().checked_sub(1)?);
        let before = self.within.and_then(|outer| outer.variable(name));
        if before.is_some() {
            return before;
        }
        let last = self.variables.iter().rev();
        let mut found = last.filter_map(|(path, text)| definition::variable(text, name, path));
        found.next()
    }
}

impl Reader<'_> {
    /// Reads what Compose made the container from.
    pub(super) fn composed(&mut self) {
        let labels = &self.known.record.labels;
        let (Some((folder, files)), Some(service)) =
            (compose_files(self.host, self.known), labels.get(SERVICE))
        else {
            return;
        };
        let variables = match labels.get(VARIABLES) {
            Some(named) => {
                let named = named.split(',').map(str::trim).take(MOST);
                let named = named.filter(|path| !path.is_empty());
                let named = named.map(|path| joined(self.host, &folder, Path::new(path)));
                let named: Vec<PathBuf> = named.collect();
                self.variables(named)
            }
            None => self.usual_variables(&folder),
        };
        let project = Project {
            variables,
            left: &Cell::new(MOST_VARIABLES),
            folder,
            within: None,
        };
        let named = self.project(&project, &files, service);
        if let (Some(first), false, true) = (files.first(), named, self.unread.is_empty()) {
            self.is_unread(first, WhyUnread::NotNamed);
        }
    }

    /// The texts of a project's files of variables.
    fn variables(&mut self, files: Vec<PathBuf>) -> Vec<(PathBuf, Zeroizing<String>)> {
        let texts = files.into_iter().take(MOST);
        let texts = texts.filter_map(|path| Some((path.clone(), self.text(&path)?)));
        texts.collect()
    }

    /// The same where none is named: a project needs none.
    fn usual_variables(&mut self, folder: &Path) -> Vec<(PathBuf, Zeroizing<String>)> {
        let path = folder.join(".env");
        let is_there = self.host.number(&path).is_some();
        self.variables(is_there.then_some(path).into_iter().collect())
    }

    /// The files of a project. Gives whether one of them defines the service.
    fn project(&mut self, project: &Project<'_>, files: &[PathBuf], service: &str) -> bool {
        let mut named = false;
        for file in files {
            let Some(defined) = self.definition(project, file, &project.folder, service) else {
                continue;
            };
            named |= defined.named;
            for included in &defined.includes {
                named |= self.included(project, included, service);
            }
            self.take(file, &project.folder, &defined, &|name| {
                project.variable(name)
            });
        }
        named
    }

    /// What one file says of a service, what that builds on before it. Paths in it begin at this folder.
    fn definition(
        &mut self,
        project: &Project<'_>,
        file: &Path,
        folder: &Path,
        service: &str,
    ) -> Option<Definition> {
        let text = self.text(file)?;
        let defined = compose::read(&text, service, &|name| project.variable(name));
        for base in &defined.bases {
            let file = joined(self.host, folder, &base.file);
            let folder = file.parent().unwrap_or(Path::new("/"));
            // What such a file includes is not taken in with it.
            if let Some(base) = self.definition(project, &file, folder, &base.service) {
                self.take(&file, folder, &base, &|name| project.variable(name));
            }
        }
        Some(defined)
    }

    /// A project that this one includes: what is defined there counts behind what is defined here.
    fn included(
        &mut self,
        project: &Project<'_>,
        included: &IncludedProject,
        service: &str,
    ) -> bool {
        let here = |path: &PathBuf| joined(self.host, &project.folder, path);
        let files: Vec<PathBuf> = included.files.iter().map(here).collect();
        let beside = files.first().and_then(|file| file.parent());
        let folder = included.folder.as_ref().map(here);
        let Some(folder) = folder.or_else(|| beside.map(Path::to_owned)) else {
            return false;
        };
        let named: Vec<PathBuf> = included.variables.iter().map(here).collect();
        let variables = match named.is_empty() {
            true => self.usual_variables(&folder),
            false => self.variables(named),
        };
        let inner = Project {
            folder,
            variables,
            left: project.left,
            within: Some(project),
        };
        self.project(&inner, &files, service)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn variables_of_a_project_that_are_no_text_are_told() {
        let compose = "services: {app: {environment: {APP_KEY: '${FS_KEY}'}}}";
        let line = "APP_KEY /srv/fs/compose.yml 1".to_owned();
        // As an editor of Windows saves it, and as Docker makes it where a file to be mounted is missing.
        for (file, text, why) in [
            ("srv/fs/.env", &b"\xff\xfeF\0S\0"[..], "NotText"),
            ("srv/fs/.env/x", b"", "NotAFile"),
        ] {
            let files = [("srv/fs/compose.yml", compose.as_bytes()), (file, text)];
            let expected = format!("/srv/fs/.env {why}");
            assert_eq!(told(&files, ""), (vec![line.clone()], vec![expected]));
        }
        // None is needed.
        let files = [("srv/fs/compose.yml", compose)];
        assert_eq!(told(&files, ""), (vec![line], Vec::new()));
    }

    #[test]
    fn what_a_definition_builds_on_is_read_as_well() {
        let files = [
            (
                "srv/fs/compose.yml",
                "include: [more/app.yml]\nservices:\n  db:\n    environment: [APP_KEY=no]\n",
            ),
            (
                "srv/fs/more/app.yml",
                "services:\n  app:\n    extends:\n      file: ../../base.yml\n      service: web\n    environment:\n      DB_SOCKET: !reset null\n      DB_PORT: 1\n      FREESCOUT_APP_KEY_FILE: /keys/key\n",
            ),
            (
                "srv/base.yml",
                "services:\n  web:\n    env_file: [base.env, gone.env, {path: no.env, required: false}]\n    environment: [DB_PORT=2, DB_HOST=x, DB_SOCKET=y]\n",
            ),
            ("srv/base.env", "APP_KEY=base64:A=\n"),
            ("srv/keys/key", "base64:B=\n"),
        ];
        let mount = r#""/keys":{"Source":"/srv/keys","Destination":"/keys"}"#;
        let (settings, unread) = told(&files, mount);
        assert_eq!(
            settings,
            [
                "APP_KEY /srv/base.env 1",
                "DB_HOST /srv/base.yml 4",
                "DB_PORT /srv/fs/more/app.yml 8",
                "FREESCOUT_APP_KEY_FILE /srv/keys/key 1",
            ]
        );
        assert_eq!(unread, ["/srv/gone.env Missing"]);
    }

    #[test]
    fn what_is_included_has_its_own_folder_and_variables() {
        let inner = "services:\n  app:\n    env_file: app.env\n    environment: {APP_KEY: '${FS_KEY}', DB_HOST: '${DB}'}\n";
        for (include, key, host) in [
            ("[inner/app.yml]", "/srv/fs/inner/.env 1", "/srv/fs/.env 1"),
            (
                "[{path: inner/app.yml, project_directory: other}]",
                "/srv/fs/other/.env 1",
                "/srv/fs/.env 1",
            ),
            (
                "[{path: inner/app.yml, project_directory: other, env_file: own.env}]",
                "/srv/fs/own.env 2",
                "/srv/fs/.env 1",
            ),
        ] {
            let outer = format!("include: {include}\n");
            let files = [
                ("srv/fs/compose.yml", outer.as_str()),
                ("srv/fs/.env", "DB=outer\n"),
                ("srv/fs/inner/app.yml", inner),
                ("srv/fs/inner/.env", "FS_KEY=base64:I=\nDB=inner\n"),
                ("srv/fs/inner/app.env", "DB_PORT=1\n"),
                ("srv/fs/other/.env", "FS_KEY=base64:O=\n"),
                ("srv/fs/other/app.env", "DB_PORT=2\n"),
                ("srv/fs/own.env", "DB=own\nFS_KEY=base64:W=\n"),
            ];
            let folder = if include.contains("other") {
                "other"
            } else {
                "inner"
            };
            let (settings, unread) = told(&files, "");
            assert_eq!(
                settings,
                [
                    format!("DB_PORT /srv/fs/{folder}/app.env 1"),
                    format!("APP_KEY {key}"),
                    format!("DB_HOST {host}"),
                ],
                "{include}"
            );
            assert_eq!(unread.len(), 0, "{unread:?}");
        }
    }
}
