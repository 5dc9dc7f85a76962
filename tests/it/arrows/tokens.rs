//! A file as a flat list of tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A name, or anything else by its sign; literals are one sign that no name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Name(String),
    Sign(&'static str),
}

impl Token {
    pub fn text(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Sign(sign) => sign,
        }
    }
}

/// The tokens of a text; those within brackets stand between them.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut all = Vec::new();
    flatten(text.parse().unwrap(), &mut all);
    all
}

fn flatten(stream: TokenStream, all: &mut Vec<Token>) {
    let mut colon = false;
    for tree in stream {
        let was_colon = std::mem::take(&mut colon);
        match tree {
            TokenTree::Ident(name) => all.push(Token::Name(name.to_string().trim_start_matches("r#").to_owned())),
            TokenTree::Literal(_) => all.push(Token::Sign("literal")),
            TokenTree::Punct(punct) if punct.as_char() == ':' && was_colon => {
                all.pop();
                all.push(Token::Sign("::"));
            }
            TokenTree::Punct(punct) => {
                colon = punct.as_char() == ':';
                all.push(Token::Sign(sign(punct.as_char())));
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::None => ("", ""),
                };
                all.push(Token::Sign(open));
                flatten(group.stream(), all);
                all.push(Token::Sign(close));
            }
        }
    }
}

fn sign(c: char) -> &'static str {
    match c {
        ':' => ":",
        '.' => ".",
        ',' => ",",
        ';' => ";",
        '*' => "*",
        '!' => "!",
        '#' => "#",
        _ => "sign",
    }
}
