//! A compose file, as far as it says what environment the container of a service gets.
//!
//! Format: the Compose specification (`services`, `environment`, `env_file`, `extends`, `include`, `secrets`, merge keys,
//! interpolation, the tags `!reset` and `!override`).

use std::path::PathBuf;
use std::rc::Rc;

use super::definition::{
    Definition, ExtendedService, ProjectVariables, Set, VariablesFile, VariablesForm, WhyUnread,
    filled_in, wanted,
};
use super::yaml::{self, Node, NodeValue};

/// How often merge keys and services that extend others are followed in one file.
const MOST_FOLLOWED: usize = 200;

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
        found: Definition::default(),
    };
    for document in &documents {
        reader.document(document, service);
    }
    if reader.left == 0 {
        reader.found.unread.push(WhyUnread::TooMuch);
    }
    reader.found
}

struct Reader<'a> {
    variables: ProjectVariables<'a>,
    left: usize,
    found: Definition,
}

impl Reader<'_> {
    fn document(&mut self, document: &Rc<Node>, service: &str) {
        let top = self.pairs(document);
        for (name, node) in &top {
            match name.as_str() {
                "include" => self.includes(node),
                "secrets" => self.secrets(node),
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
        let mut all: Vec<(String, Rc<Node>)> = Vec::new();
        let mut put = |name: &str, node: &Rc<Node>| {
            all.retain(|(known, _)| known != name);
            all.push((name.to_owned(), Rc::clone(node)));
        };
        let merged = own.iter().filter(|(name, _)| name.as_str() == "<<");
        for (_, merged) in merged {
            // Of several the first one counts.
            for merged in merged.each().iter().rev() {
                if self.left == 0 {
                    break;
                }
                self.left -= 1;
                for (name, node) in self.pairs(merged) {
                    put(&name, &node);
                }
            }
        }
        for (name, node) in own.iter().filter(|(name, _)| name.as_str() != "<<") {
            put(name, node);
        }
        all
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
        let of_map = self.pairs(node).into_iter().map(|(name, node)| {
            let text = node.text().map(str::to_owned);
            (name, text, node.line, node.tag.as_deref() == Some("reset"))
        });
        let mut all: Vec<_> = of_map.collect();
        for item in node.items() {
            let Some(text) = item.text() else { continue };
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (text, None),
            };
            all.push((name.to_owned(), value, item.line, false));
        }
        for (name, value, line, reset) in all {
            if reset {
                self.found.sets.retain(|set| set.name != name);
                self.found.voids.push(name);
                continue;
            }
            // A name alone is that variable of whoever starts it.
            let value = value.unwrap_or_else(|| format!("${{{name}}}"));
            self.add(wanted(&name, &value, line, self.variables));
        }
    }

    fn reset(&mut self) {
        self.found.resets = true;
        self.found.sets.clear();
    }

    fn add(&mut self, set: Option<Set>) {
        if let Some(set) = set {
            self.found.sets.retain(|known| known.name != set.name);
            self.found.sets.push(set);
        }
    }

    fn files(&mut self, node: &Rc<Node>) {
        for item in node.each() {
            let named = self.get(item, "path");
            let required = self.get(item, "required");
            let required = required.is_none_or(|it| it.text() != Some("false"));
            let path = self.path(named.as_ref().unwrap_or(item));
            let form = match self.get(item, "format").as_deref().and_then(Node::text) {
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
        let items = node.items().to_vec();
        for item in items {
            let named = self.get(&item, "path").unwrap_or(item);
            for item in named.each() {
                let path = self.path(item);
                self.found.includes.extend(path);
            }
        }
    }

    fn secrets(&mut self, node: &Rc<Node>) {
        for (name, secret) in self.pairs(node) {
            let file = self.get(&secret, "file");
            if let Some(path) = file.and_then(|node| self.path(&node)) {
                self.found.secrets.push((name, path));
            }
        }
    }

    fn path(&mut self, node: &Node) -> Option<PathBuf> {
        let Some(text) = filled_in(node.text()?, self.variables).value else {
            self.found.unread.push(WhyUnread::Untold(node.line));
            return None;
        };
        Some(PathBuf::from(std::str::from_utf8(text.expose()).ok()?))
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

    fn of(text: &str) -> Definition {
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
include: [one.yml, {path: [two.yml, three.yml]}]
secrets:
  app_key:
    file: ./secrets/key.txt
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
        assert_eq!(found.includes, paths(&["one.yml", "two.yml", "three.yml"]));
        let secret = ("app_key".to_owned(), PathBuf::from("./secrets/key.txt"));
        assert_eq!(found.secrets, [secret]);
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
}
