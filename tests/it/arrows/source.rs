//! The paths that the files of this crate name, and the file that defines what each stands for.
//!
//! Files are read as Rust's own tokens, so that comments and texts are none, and the insides of macros are read like
//! everything else. Names are followed through `use`, re-exports and globs to the file that defines them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::tokens::{Token, tokens};

/// A path in the tree of modules, or one that begins with another crate.
pub type Names = Vec<String>;

/// A path that a file names.
#[derive(Debug, Clone)]
pub struct Use {
    /// As written.
    pub names: Names,
    /// The module it is written in.
    module: Names,
    /// Whether it is passed on (`pub use`), and not also used in the file.
    pub passed_on: bool,
    /// Whether it stands in what is only built for tests.
    pub in_tests: bool,
}

/// A file of the crate.
#[derive(Debug, Default)]
pub struct File {
    /// Relative to `src`.
    pub path: PathBuf,
    /// Its module; `lib.rs` is the root.
    pub module: Names,
    /// Every path in it.
    pub uses: Vec<Use>,
    defines: BTreeSet<String>,
    /// Names that a `use` brings, and where from; modules within the file share them.
    brings: BTreeMap<String, (Names, Names)>,
    globs: Vec<(Names, Names)>,
}

impl File {
    /// The folder below `src` it stands in, or its own name.
    pub fn room(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    /// The path as text, with `/`.
    pub fn name(&self) -> String {
        self.path.iter().map(|p| p.to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

/// All files of a crate.
#[derive(Debug)]
pub struct Source {
    pub files: Vec<File>,
    by_module: BTreeMap<Names, usize>,
    macros: BTreeMap<String, usize>,
}

impl Source {
    /// Reads a folder of sources.
    pub fn of(src: &Path) -> Self {
        let read = |path: PathBuf| {
            let text = fs_err::read_to_string(src.join(&path)).unwrap();
            (path, text)
        };
        Self::from_texts(paths(src, Path::new("")).into_iter().filter(|p| p != Path::new("main.rs")).map(read))
    }

    /// The same of texts by path.
    pub fn from_texts(texts: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let mut source = Self { files: Vec::new(), by_module: BTreeMap::new(), macros: BTreeMap::new() };
        let mut macro_names = Vec::new();
        for (path, text) in texts {
            let module = module_of(&path);
            let file = File { path, module, ..File::default() };
            let mut reader = Reader { file, tokens: tokens(&text), macros: Vec::new(), spoken: BTreeSet::new() };
            reader.read();
            source.by_module.insert(reader.file.module.clone(), source.files.len());
            macro_names.extend(reader.macros.into_iter().map(|name| (name, source.files.len())));
            source.files.push(reader.file);
        }
        source.macros.extend(macro_names);
        source
    }

    /// The path from the root that a use stands for; `None` where it begins with another crate or a name of its own.
    pub fn absolute(&self, file: &File, used: &Use) -> Option<Names> {
        self.rooted(file, &used.module, &used.names, 0)
    }

    fn rooted(&self, file: &File, module: &Names, names: &[String], depth: usize) -> Option<Names> {
        let (first, rest) = names.split_first()?;
        let join = |base: &[String]| Some([base, rest].concat());
        let mut module = module.clone();
        match first.as_str() {
            _ if depth > 9 => None,
            "crate" => join(&[]),
            "self" => self.rooted(file, &module, rest, depth + 1).or_else(|| join(&module)),
            "super" => {
                module.pop();
                let mut rest = rest;
                while rest.first().is_some_and(|name| name == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
                Some([&module[..], rest].concat())
            }
            _ => {
                module.push(first.clone());
                if self.by_module.contains_key(&module) {
                    return join(&module);
                }
                if let Some((inside, brought)) = file.brings.get(first) {
                    let brought = self.rooted(file, inside, brought, depth + 1)?;
                    return join(&brought);
                }
                self.macros.contains_key(first).then(|| vec![first.clone()])
            }
        }
    }

    /// The file that defines what a path from the root stands for; `None` for a module itself.
    pub fn defined_in(&self, names: &[String]) -> Option<usize> {
        self.definition(names, 0)
    }

    fn definition(&self, names: &[String], depth: usize) -> Option<usize> {
        let known = (0..=names.len()).rev().find(|&n| self.by_module.contains_key(&names[..n]))?;
        let at = self.by_module[&names[..known]];
        let (name, rest) = names[known..].split_first()?;
        let file = &self.files[at];
        if depth > 9 || name == "*" || file.defines.contains(name) {
            return Some(at);
        }
        if let Some((inside, brought)) = file.brings.get(name) {
            let mut on = self.rooted(file, inside, brought, 0)?;
            on.extend_from_slice(rest);
            return self.definition(&on, depth + 1);
        }
        let through = |(inside, glob): &(Names, Names)| {
            let mut on = self.rooted(file, inside, glob, 0)?;
            on.push(name.clone());
            let there = self.definition(&on, depth + 1)?;
            self.files[there].defines.contains(name).then_some(there)
        };
        let by_glob = file.globs.iter().find_map(through);
        by_glob.or_else(|| self.macros.get(name).copied().filter(|_| known == 0)).or(Some(at))
    }
}

/// Every Rust file below a folder of `src`, from `src` on.
pub fn paths(src: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs_err::read_dir(src.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            all.extend(paths(src, &path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn module_of(path: &Path) -> Names {
    let mut module: Names = path.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

/// Reads one file.
struct Reader {
    file: File,
    tokens: Vec<Token>,
    macros: Names,
    /// Names that code begins a path with, or uses alone.
    spoken: BTreeSet<String>,
}

impl Reader {
    fn read(&mut self) {
        let module = self.file.module.clone();
        self.items(0, self.tokens.len(), &module, false);
        // What is passed on and used as well is used.
        for used in self.file.uses.iter_mut().filter(|u| u.passed_on) {
            used.passed_on = !used.names.last().is_some_and(|name| self.spoken.contains(name));
        }
    }

    /// Reads from one token to another; `depth` of braces is that of a module's items at the start.
    fn items(&mut self, from: usize, to: usize, module: &Names, in_tests: bool) {
        let (mut i, mut depth) = (from, 0_i32);
        while i < to {
            if !in_tests && self.is(i, &["#", "[", "cfg", "(", "test", ")", "]"]) {
                let end = self.end_of_item(i + 7, to);
                self.items(i + 7, end, module, true);
                i = end;
                continue;
            }
            match self.tokens[i].text() {
                "{" => depth += 1,
                "}" => depth -= 1,
                "mod" if self.is_open(i + 2) => {
                    let end = self.end_of_item(i, to);
                    let mut inside = module.clone();
                    inside.push(self.tokens[i + 1].text().to_owned());
                    self.items(i + 3, end - 1, &inside, in_tests);
                    i = end;
                    continue;
                }
                "mod" => {
                    i += 2;
                    continue;
                }
                "use" => {
                    i = self.use_tree(i, module, in_tests);
                    continue;
                }
                "macro_rules" => self.macros.push(self.tokens[i + 2].text().to_owned()),
                "struct" | "enum" | "trait" | "fn" | "const" | "static" | "type" if depth == 0 && !in_tests => {
                    let skip = usize::from(self.is(i + 1, &["fn"]));
                    self.file.defines.insert(self.tokens[i + 1 + skip].text().to_owned());
                }
                _ => {}
            }
            i = self.path(i, module, in_tests);
        }
    }

    fn is(&self, at: usize, texts: &[&str]) -> bool {
        texts.iter().enumerate().all(|(k, text)| self.tokens.get(at + k).is_some_and(|t| t.text() == *text))
    }

    fn is_open(&self, at: usize) -> bool {
        self.is(at, &["{"])
    }

    /// The token after an item: after its `;`, or the end of its braces.
    fn end_of_item(&self, from: usize, to: usize) -> usize {
        let mut depth = 0;
        for i in from..to {
            match self.tokens[i].text() {
                "{" | "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        return i + 1;
                    }
                }
                ";" if depth == 0 => return i + 1,
                _ => {}
            }
        }
        to
    }

    /// A path that begins here, if one does; the token to go on from.
    fn path(&mut self, at: usize, module: &Names, in_tests: bool) -> usize {
        let Token::Name(first) = &self.tokens[at] else { return at + 1 };
        let mut names = vec![first.clone()];
        // A field, a method and the name of a function that is defined are other things of the same name.
        if !in_tests && !at.checked_sub(1).is_some_and(|before| matches!(self.tokens[before].text(), "." | "fn")) {
            self.spoken.insert(first.clone());
        }
        let mut i = at + 1;
        while self.is(i, &["::"]) && matches!(self.tokens.get(i + 1), Some(Token::Name(_))) {
            names.push(self.tokens[i + 1].text().to_owned());
            i += 2;
        }
        if names.len() > 1 || self.is(i, &["!"]) {
            self.file.uses.push(Use { names, module: module.clone(), passed_on: false, in_tests });
        }
        i
    }

    /// Reads a `use`; the token after it.
    fn use_tree(&mut self, at: usize, module: &Names, in_tests: bool) -> usize {
        let before = at.checked_sub(1).map_or("", |i| self.tokens[i].text());
        let passed_on = before == "pub" || (before == ")" && at >= 4 && self.tokens[at - 4].text() == "pub");
        let mut leaves = Vec::new();
        let end = self.leaves(at + 1, Vec::new(), &mut leaves);
        for (names, called) in leaves {
            if names.last().is_some_and(|last| last == "*") {
                let glob = names[..names.len() - 1].to_vec();
                self.file.globs.push((module.clone(), glob));
            } else if let Some(called) = called.or_else(|| names.last().cloned()).filter(|_| !in_tests || passed_on) {
                self.file.brings.insert(called, (module.clone(), names.clone()));
            }
            self.file.uses.push(Use { names, module: module.clone(), passed_on, in_tests });
        }
        end + 1
    }

    /// The leaves of a tree and what each is called; the token after the tree.
    fn leaves(&self, at: usize, mut names: Names, leaves: &mut Vec<(Names, Option<String>)>) -> usize {
        let mut i = at;
        while i < self.tokens.len() {
            match self.tokens[i].text() {
                "::" => i += 1,
                "{" => {
                    i += 1;
                    while !self.is(i, &["}"]) {
                        i = self.leaves(i, names.clone(), leaves);
                        i += usize::from(self.is(i, &[","]));
                    }
                    return i + 1;
                }
                "as" => {
                    let called = self.tokens[i + 1].text().to_owned();
                    leaves.push((names, Some(called)));
                    return i + 2;
                }
                "," | "}" | ";" => break,
                // The module named so far; what follows is its end or another name for it.
                "self" if !names.is_empty() => i += 1,
                name => {
                    names.push(name.to_owned());
                    i += 1;
                }
            }
        }
        leaves.push((names, None));
        i
    }
}
