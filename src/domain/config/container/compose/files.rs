//! What a compose file gives its services as files: secrets and configs.

use std::rc::Rc;

use super::super::definition::granted::{GivenFile, GrantedAs, ProjectFile};
use super::super::definition::{ProjectFileSource, set};
use super::super::yaml::Node;
use super::Reader;
use crate::domain::config::elsewhere::CONTAINER_KEYS;

impl Reader<'_> {
    /// Those that the file defines.
    pub(super) fn project_files(&mut self, kind: GrantedAs, node: &Rc<Node>) {
        for (name, file) in self.pairs(node) {
            let pairs = self.pairs(&file);
            let source = pairs.iter().find_map(|(how, node)| match how.as_str() {
                "file" => self.path(node).map(ProjectFileSource::File),
                "environment" => Some(self.contents(&format!("${{{}}}", node.text()?), node.line)),
                "content" => Some(self.contents(node.text()?, node.line)),
                _ => None,
            });
            let file = source.map(|source| ProjectFile { kind, name, source });
            self.found.files_of_project.extend(file);
        }
    }

    fn contents(&self, text: &str, line: u64) -> ProjectFileSource {
        let key = CONTAINER_KEYS[1];
        ProjectFileSource::Text(set(key, text, line, self.variables))
    }

    /// Those that a service is given.
    pub(super) fn given_files(&mut self, kind: GrantedAs, node: &Rc<Node>) {
        for item in node.items() {
            if self.named_left == 0 {
                break;
            }
            let pairs = self.pairs(item);
            let get = |wanted: &str| {
                let mut its = pairs.iter().filter(|(name, _)| name == wanted);
                its.next().map_or(item, |(_, node)| node)
            };
            let Some(name) = self.filled(get("source")) else {
                continue;
            };
            let target = self.filled(get("target"));
            let target = kind.target(target.as_ref().unwrap_or(&name));
            self.found.given.push(GivenFile { kind, name, target });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::definition::{Set, Stands, VariableAt};
    use super::super::tests::of;
    use super::*;

    #[test]
    fn what_is_given_as_a_file_is_told_with_its_place() {
        let text = "\
services:
  base:
    secrets: [shared]
  app:
    extends: base
    secrets:
      - plain
      - {source: plain, target: app_key}
      - source: plain
        target: /keys/${FS_KEY}
    configs: [known]
secrets:
  plain: {file: ./key.txt}
  of_variable: {environment: FS_KEY}
  unknown: {environment: NOBODYS}
  outside: {external: true}
configs:
  known:
    content: of the file
";
        let found = of(text);
        let given = found.given.iter();
        let given = given.map(|one| format!("{} {}", one.name, one.target.to_string_lossy()));
        let given: Vec<String> = given.collect();
        assert_eq!(
            given,
            [
                "shared /run/secrets/shared",
                "plain /run/secrets/plain",
                "plain /run/secrets/app_key",
                "plain /keys/of-FS_KEY",
                "known /known",
            ]
        );
        let text = |value: Option<&str>, stands| {
            ProjectFileSource::Text(Set {
                name: "FREESCOUT_APP_KEY_FILE".to_owned(),
                value: value.map(|value| value.as_bytes().into()),
                stands,
            })
        };
        let at = VariableAt {
            path: "/v".into(),
            line: 1,
        };
        let files = found.files_of_project.iter();
        let files: Vec<_> = files.map(|one| (&*one.name, one.source.clone())).collect();
        assert_eq!(
            files,
            [
                ("plain", ProjectFileSource::File("./key.txt".into())),
                (
                    "of_variable",
                    text(Some("of-FS_KEY"), Stands::InVariables(at))
                ),
                ("unknown", text(None, Stands::Here(15))),
                ("known", text(Some("of the file"), Stands::Here(19))),
            ]
        );
        assert_eq!(found.unread, []);
    }
}
