//! A compose file, as far as it says what environment the container of a service gets.
//!
//! Format: the Compose specification (`services`, `environment`, `env_file`, `extends`, `include`, `secrets`, `configs`, merge
//! keys, interpolation, the tags `!reset` and `!override`).

mod files;

use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::definition::granted::GrantedAs;
use super::definition::{
    Definition, ExtendedService, IncludedProject, ProjectVariables, VariablesFile, VariablesForm,
    WhyUnread, filled_in, wanted,
};
use super::yaml::{self, Node, NodeValue};
use crate::domain::config::elsewhere::is_wanted;

/// How often merge keys and services that extend others are followed in one file.
const MOST_FOLLOWED: usize = 200;
/// How many entries of mappings are gone through in one file. By aliases, far more may be named than the text shows.
const MOST_ENTRIES: usize = 100_000;
/// How many files one file names.
const MOST_NAMED: usize = 1000;
/// No path is longer, in bytes.
const LONGEST_PATH: usize = 4096;

/// What a compose file says of this service. `variables` are those of the project, from which it takes values.
pub fn read(text: &str, service: &str, variables: ProjectVariables<'_>) -> Definition {
    let documents = match yaml::read(text) {
        Ok(documents) => documents,
        Err(broken) => {
            return Definition {
                unread: vec![WhyUnread::Broken(broken)],
                ..Definition::default()
            };
        }
    };
    let mut reader = Reader {
        variables,
        left: MOST_FOLLOWED,
        entries_left: MOST_ENTRIES,
        named_left: MOST_NAMED,
        found: Definition::default(),
    };
    for document in &documents {
        reader.document(document, service);
    }
    if [reader.left, reader.entries_left, reader.named_left].contains(&0) {
        reader.found.unread.push(WhyUnread::TooMuch);
    }
    reader.found
}

struct Reader<'a> {
    variables: ProjectVariables<'a>,
    left: usize,
    entries_left: usize,
    named_left: usize,
    found: Definition,
}

impl Reader<'_> {
    fn document(&mut self, document: &Rc<Node>, service: &str) {
        let top = self.pairs(document);
        for (name, node) in &top {
            match name.as_str() {
                "include" => self.includes(node),
                "secrets" => self.project_files(GrantedAs::Secret, node),
                "configs" => self.project_files(GrantedAs::Config, node),
                _ => {}
            }
        }
        self.service(&top, service);
    }

    /// Everything that a mapping holds, that of merge keys first: its own counts before it.
    fn pairs(&mut self, node: &Rc<Node>) -> Vec<(String, Rc<Node>)> {
        let NodeValue::Map(own) = &node.value else {
            return Vec::new();
        };
        let mut all = Vec::new();
        let merged = own.iter().filter(|(name, _)| name.as_str() == "<<");
        for (_, merged) in merged {
            // Of several the first one counts.
            for merged in merged.each().iter().rev() {
                if self.left == 0 || self.entries_left == 0 {
                    break;
                }
                self.left -= 1;
                all.extend(self.pairs(merged));
            }
        }
        self.entries_left = self.entries_left.saturating_sub(own.len() + all.len());
        if self.entries_left == 0 {
            return Vec::new();
        }
        let own = own.iter().filter(|(name, _)| name.as_str() != "<<");
        all.extend(own.map(|(name, node)| (name.to_string(), Rc::clone(node))));
        // Of a name the last one counts.
        let mut known = HashSet::new();
        let last = |(name, _): &(String, Rc<Node>)| known.insert(name.clone());
        let mut counting: Vec<_> = all.into_iter().rev().filter(last).collect();
        counting.reverse();
        counting
    }

    fn get(&mut self, node: &Rc<Node>, name: &str) -> Option<Rc<Node>> {
        let pairs = self.pairs(node);
        pairs
            .into_iter()
            .find_map(|(its, node)| (its == name).then_some(node))
    }

    /// A service of this file. What it extends comes first, so that its own counts.
    fn service(&mut self, top: &[(String, Rc<Node>)], service: &str) {
        let services = top.iter().find(|(name, _)| name == "services");
        let Some(node) = services.and_then(|(_, all)| self.get(all, service)) else {
            return;
        };
        self.found.named = true;
        let pairs = self.pairs(&node);
        let get = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted);
        if let Some((_, base)) = get("extends") {
            self.extends(top, base, service);
        }
        if let Some((_, files)) = get("env_file") {
            self.files(files);
        }
        if let Some((_, environment)) = get("environment") {
            self.environment(environment);
        }
        for (kind, name) in [
            (GrantedAs::Secret, "secrets"),
            (GrantedAs::Config, "configs"),
        ] {
            if let Some((_, given)) = get(name) {
                self.given_files(kind, given);
            }
        }
    }

    /// What a service builds on.
    fn extends(&mut self, top: &[(String, Rc<Node>)], base: &Rc<Node>, service: &str) {
        let file = self.get(base, "file");
        let named = self.get(base, "service");
        let named = named.as_deref().unwrap_or(base).text();
        let named = named.unwrap_or(service).to_owned();
        match file.map(|node| self.path(&node)) {
            Some(Some(file)) => self.found.bases.push(ExtendedService {
                file,
                service: named,
            }),
            Some(None) => {}
            None if self.left > 0 => {
                self.left -= 1;
                self.service(top, &named);
            }
            None => {}
        }
    }

    fn environment(&mut self, node: &Rc<Node>) {
        match node.tag.as_deref() {
            // As if nothing were said of it, here and in files before this one.
            Some("reset") => return self.reset(),
            Some("override") => self.reset(),
            _ => {}
        }
        for (name, node) in self.pairs(node) {
            if node.tag.as_deref() == Some("reset") {
                self.found.sets.retain(|set| set.name != name);
                self.found.voids.extend(is_wanted(&name).then_some(name));
                continue;
            }
            self.set(&name, node.text(), node.line);
        }
        // Of a name the last one counts; aliases may repeat a long one very often.
        let mut known = HashSet::new();
        let mut of_list = Vec::new();
        for item in node.items().iter().rev() {
            let text = item.text().unwrap_or_default();
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            if is_wanted(name) && known.insert(name) {
                of_list.push((name, value, item.line));
            }
        }
        for (name, value, line) in of_list.into_iter().rev() {
            self.set(name, value, line);
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>, line: u64) {
        let set = match value {
            Some(value) => wanted(name, value, line, self.variables),
            // A name alone is that variable of whoever starts it.
            None => wanted(name, &format!("${{{name}}}"), line, self.variables),
        };
        if let Some(set) = set {
            self.found.sets.retain(|known| known.name != set.name);
            self.found.sets.push(set);
        }
    }

    fn reset(&mut self) {
        self.found.resets = true;
        self.found.sets.clear();
    }

    fn files(&mut self, node: &Rc<Node>) {
        for item in node.each() {
            if self.named_left == 0 {
                break;
            }
            let pairs = self.pairs(item);
            let get = |wanted: &str| {
                let mut its = pairs.iter().filter(|(name, _)| name == wanted);
                its.next().map(|(_, node)| node)
            };
            let required = get("required").is_none_or(|it| it.text() != Some("false"));
            let path = self.path(get("path").unwrap_or(item));
            let form = match get("format").and_then(|it| it.text()) {
                Some("raw") => VariablesForm::Literal,
                _ => VariablesForm::Quoted,
            };
            let file = path.map(|path| VariablesFile {
                path,
                required,
                form,
            });
            self.found.files.extend(file);
        }
    }

    fn includes(&mut self, node: &Rc<Node>) {
        for item in node.items() {
            let pairs = self.pairs(item);
            let get = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted);
            let files = get("path").map_or(item, |(_, node)| node);
            let files = self.paths(files);
            let folder = get("project_directory").and_then(|(_, node)| self.path(node));
            let variables = get("env_file").map(|(_, node)| self.paths(node));
            self.found.includes.push(IncludedProject {
                files,
                folder,
                variables: variables.unwrap_or_default(),
            });
        }
    }

    fn paths(&mut self, node: &Rc<Node>) -> Vec<PathBuf> {
        let paths = node.each().iter().filter_map(|item| self.path(item));
        paths.collect()
    }

    fn path(&mut self, node: &Node) -> Option<PathBuf> {
        self.filled(node).map(PathBuf::from)
    }

    /// What names something, its variables filled in.
    fn filled(&mut self, node: &Node) -> Option<String> {
        self.named_left = self.named_left.checked_sub(1)?;
        let text = node.text()?;
        let short = text.len() <= LONGEST_PATH;
        let filled = short.then(|| filled_in(text, self.variables).value);
        let filled = filled.flatten();
        let Some(text) = filled.filter(|text| text.expose().len() <= LONGEST_PATH) else {
            self.found.unread.push(WhyUnread::Untold(node.line));
            return None;
        };
        Some(std::str::from_utf8(text.expose()).ok()?.to_owned())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::definition::{Stands, Variable, VariableAt};
    use super::super::yaml::Broken;
    use super::*;

    /// The value of every variable that is set, with the line of it; `$N` is a line of the project's file of variables.
    fn told(found: &Definition) -> Vec<String> {
        let told = found.sets.iter().map(|set| {
            let value = set.value.as_ref();
            let value = value.map(|v| String::from_utf8_lossy(v.expose()).into_owned());
            let at = match &set.stands {
                Stands::Here(line) => line.to_string(),
                Stands::InVariables(at) => format!("${}", at.line),
            };
            format!("{} {} {at}", set.name, value.as_deref().unwrap_or("?"))
        });
        told.collect()
    }

    pub(super) fn of(text: &str) -> Definition {
        let known = |name: &str| {
            let line = ["FS_KEY", "APP_KEY"]
                .iter()
                .position(|known| *known == name)?;
            Some(Variable {
                value: format!("of-{name}").as_bytes().into(),
                at: VariableAt {
                    path: PathBuf::from("/v"),
                    line: line as u64 + 1,
                },
            })
        };
        read(text, "app", &known)
    }

    fn sets(text: &str) -> Vec<String> {
        told(&of(text))
    }

    #[test]
    fn the_line_of_a_key_is_told() {
        let text = "\
version: '3'
services:
  app:
    image: somebody/freescout
    env_file:
      - ./app.env
      - path: ${FS_KEY}.env
        required: false
    environment:
    - APP_KEY=base64:AAAA= # old
    - \"FREESCOUT_APP_KEY=${FS_KEY:-none}\"
    - SITE_URL=https://x
    - DB_HOST
  db:
    image: mariadb
    environment:
      APP_KEY: not-this
include: [one.yml, {path: [two.yml, three.yml], project_directory: .., env_file: [a.env, b.env]}]
";
        let found = of(text);
        assert_eq!(
            told(&found),
            [
                "APP_KEY base64:AAAA= 10",
                "FREESCOUT_APP_KEY of-FS_KEY $1",
                "DB_HOST ? 13"
            ]
        );
        let paths = |all: &[&str]| all.iter().map(PathBuf::from).collect::<Vec<_>>();
        let files = found
            .files
            .iter()
            .map(|file| (file.path.to_str().unwrap(), file.required));
        let files: Vec<_> = files.collect();
        assert_eq!(files, [("./app.env", true), ("of-FS_KEY.env", false)]);
        let included = |files: &[&str], folder: Option<&str>, variables: &[&str]| IncludedProject {
            files: paths(files),
            folder: folder.map(PathBuf::from),
            variables: paths(variables),
        };
        assert_eq!(
            found.includes,
            [
                included(&["one.yml"], None, &[]),
                included(&["two.yml", "three.yml"], Some(".."), &["a.env", "b.env"]),
            ]
        );
        assert!(found.named && found.unread.is_empty());
    }

    #[test]
    fn every_form_of_an_environment_is_read() {
        let key = ["APP_KEY base64:K= 3"];
        for (form, told) in [
            (
                "services: {app: {environment: {\n\n APP_KEY: 'base64:K='}}}",
                &key[..],
            ),
            (
                "services: {app: {environment: [\n\n APP_KEY=base64:K=]}}",
                &key,
            ),
            (
                "x-env: &e\n  # theirs\n  APP_KEY: base64:K=\nservices:\n  app:\n    environment: *e\n",
                &key,
            ),
            (
                "x-env: &e\n  DB_HOST: db\n  APP_KEY: base64:K=\nservices:\n  app:\n    environment:\n      <<: *e\n      DB_HOST: own\n",
                &["APP_KEY base64:K= 3", "DB_HOST own 8"],
            ),
            (
                "x: &a {APP_KEY: first}\ny: &b {APP_KEY: second}\nz: &app\n  environment: {<<: [*a, *b]}\nservices: {app: {<<: *app}}\n",
                &["APP_KEY first 1"],
            ),
            (
                "services:\n  base:\n    environment: [APP_KEY=base64:K=, DB_HOST=db]\n  app:\n    environment: {DB_HOST: own}\n    extends: base\n",
                &["APP_KEY base64:K= 3", "DB_HOST own 5"],
            ),
            (
                "services:\n  app:\n    environment:\n      APP_KEY: >-\n        base64:K=\n",
                &["APP_KEY base64:K= 5"],
            ),
            (
                "services:\n  app:\n    environment:\n      - APP_KEY\n",
                &["APP_KEY of-APP_KEY $2"],
            ),
            (
                "services:\n  app:\n    environment:\n      APP_KEY:\n",
                &["APP_KEY of-APP_KEY $2"],
            ),
            (
                "services:\n  app:\n    environment:\n      APP_KEY: base64:${NOBODYS}\n",
                &["APP_KEY ? 4"],
            ),
            (
                "services:\n  app:\n    environment:\n      APP_KEY: ''\n",
                &["APP_KEY  4"],
            ),
            ("services:\n  app:\n    environment: !reset {}\n", &[]),
        ] {
            assert_eq!(sets(form), told, "{form}");
        }
    }

    #[test]
    fn another_file_is_named_and_not_read() {
        let found = of(
            "services:\n  app:\n    extends: {file: ../base.yml, service: web}\n    environment: !override\n      APP_KEY: x\n",
        );
        let base = ExtendedService {
            file: "../base.yml".into(),
            service: "web".into(),
        };
        assert_eq!(found.bases, [base]);
        assert!(found.resets);
        let found = of("services: {app: {environment: {APP_KEY: !reset null, DB_HOST: x}}}");
        assert_eq!(found.voids, ["APP_KEY"]);
        assert_eq!(told(&found), ["DB_HOST x 1"]);
        let found = of(
            "services:\n  app:\n    extends: {file: ../base.yml, service: web}\n    environment: !override\n      APP_KEY: x\n",
        );
        assert_eq!(told(&found), ["APP_KEY x 5"]);
    }

    #[test]
    fn what_is_no_compose_file_sets_nothing_and_says_so() {
        for text in [
            "",
            "APP_KEY=x",
            "services:",
            "services: {app: }",
            "services: {db: {environment: {APP_KEY: x}}}",
        ] {
            let found = of(text);
            assert_eq!((told(&found).len(), found.unread.len()), (0, 0), "{text}");
            assert_eq!(found.named, text.contains("app"), "{text}");
        }
        let broken = Broken {
            line: 2,
            too_much: false,
        };
        assert_eq!(of("services:\n\t- x").unread, [WhyUnread::Broken(broken)]);
    }

    #[test]
    fn circles_and_towers_end() {
        let circle = of(
            "services:\n  app: {extends: other}\n  other: {extends: app, environment: [APP_KEY=x]}\n",
        );
        assert_eq!(circle.unread, [WhyUnread::TooMuch]);
        let mut tower = "x0: &x0 {APP_KEY: x}\n".to_owned();
        for n in 1..30 {
            tower += &format!("x{n}: &x{n} {{<<: [*x{0}, *x{0}]}}\n", n - 1);
        }
        tower += "services: {app: {environment: *x29}}\n";
        assert_eq!(of(&tower).unread, [WhyUnread::TooMuch]);
    }

    #[test]
    fn what_aliases_repeat_ends_soon() {
        let names: String = (0..20_000).map(|n| format!("K{n}: x\n  ")).collect();
        let all = "*a,".repeat(190);
        let long = "x".repeat(500 << 10);
        let many = |text: &str| text.repeat(20_000);
        let started = std::time::Instant::now();
        for (text, why) in [
            (
                format!("x-a: &a\n  {names}\nservices: {{app: {{environment: {{<<: [{all}]}}}}}}"),
                Some(WhyUnread::TooMuch),
            ),
            (
                format!("x-a: &a\n  {names}\nservices: {{app: {{env_file: [{all}]}}}}"),
                Some(WhyUnread::TooMuch),
            ),
            (
                format!("x-a: &a {long}\nservices: {{app: {{environment: {{{names}}}}}}}")
                    .replace(": x\n", ": *a,\n"),
                None,
            ),
            (
                format!(
                    "x-a: &a APP_KEY={long}\nservices: {{app: {{environment: [{}]}}}}",
                    many("*a,")
                ),
                None,
            ),
            (
                format!(
                    "x-a: &a {long}\nservices: {{app: {{env_file: [{}]}}}}",
                    many("*a,")
                ),
                Some(WhyUnread::TooMuch),
            ),
        ] {
            let found = of(&text);
            assert_eq!(found.unread.last(), why.as_ref(), "{}", &text[..40]);
            assert!(found.files.len() <= MOST_NAMED);
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
