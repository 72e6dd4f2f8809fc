//! The patterns of `.Files.Glob`, as the library gobwas/glob with the separator `/` matches them.
//!
//! `*` and `?` never match a slash, `**` matches anything, anywhere; `[abc]`, `[a-z]`, `[!a]`, `{a,b}`, and `\`
//! makes the next character an ordinary one.

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Glob(Vec<Token>);

#[derive(Debug, Clone)]
enum Token {
    Char(char),
    /// `?`
    Single,
    /// `*`
    Any,
    /// `**`
    Super,
    /// `[abc]`: any of the characters.
    List {
        negated: bool,
        chars: Vec<char>,
    },
    /// `[a-z]`
    Range {
        negated: bool,
        low: char,
        high: char,
    },
    /// `{a,b}`
    AnyOf(Vec<Vec<Self>>),
}

impl Glob {
    /// The compiled pattern. A malformed one stands for `**`, as in Helm.
    pub(crate) fn new(pattern: &str) -> Self {
        let mut parser = Parser { chars: pattern.chars().collect(), at: 0 };
        let tokens = parser.sequence(Nesting::Outside);
        Self(tokens.unwrap_or_else(|| vec![Token::Super]))
    }

    /// Whether the whole of `name` matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        step(&self.0, &[], &name)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Nesting {
    Outside,
    InBraces,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += 1;
        c
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Tokens up to the end of the pattern, or up to the `,` or `}` that ends an alternative (left unread).
    fn sequence(&mut self, nesting: Nesting) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        while let Some(c) = self.peek() {
            if nesting == Nesting::InBraces && matches!(c, ',' | '}') {
                return Some(tokens);
            }
            self.at += 1;
            tokens.push(match c {
                '\\' => Token::Char(self.next()?),
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Token::Super
                }
                '*' => Token::Any,
                '?' => Token::Single,
                '[' => self.class()?,
                '{' => self.braces()?,
                c => Token::Char(c),
            });
        }
        (nesting == Nesting::Outside).then_some(tokens)
    }

    fn braces(&mut self) -> Option<Token> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.sequence(Nesting::InBraces)?);
            if self.next()? == '}' {
                return Some(Token::AnyOf(alternatives));
            }
        }
    }

    fn class(&mut self) -> Option<Token> {
        let negated = self.peek() == Some('!');
        self.at += usize::from(negated);
        let range = (self.chars.get(self.at)?, self.chars.get(self.at + 1)?, self.chars.get(self.at + 2));
        if let (&low, '-', Some(&high)) = range {
            let closed = self.chars.get(self.at + 3) == Some(&']');
            self.at += 4;
            return (closed && high >= low).then_some(Token::Range { negated, low, high });
        }
        let mut chars = Vec::new();
        loop {
            match self.next()? {
                ']' if chars.is_empty() => return None,
                ']' => return Some(Token::List { negated, chars }),
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
        }
    }
}

/// Whether `tokens` followed by each of the sequences in `then` (innermost last) match all of `name`.
fn step(tokens: &[Token], then: &[&[Token]], name: &[char]) -> bool {
    let Some((first, tokens)) = tokens.split_first() else {
        return match then.split_last() {
            Some((tokens, then)) => step(tokens, then, name),
            None => name.is_empty(),
        };
    };
    match first {
        Token::Any | Token::Super => {
            let crosses = matches!(first, Token::Super);
            let run = name.iter().take_while(|c| crosses || **c != '/').count();
            (0..=run).any(|skip| step(tokens, then, name.get(skip..).unwrap_or_default()))
        }
        Token::AnyOf(alternatives) => {
            let mut outer = then.to_vec();
            outer.push(tokens);
            alternatives.iter().any(|alternative| step(alternative, &outer, name))
        }
        one => name.split_first().is_some_and(|(c, name)| one.accepts(*c) && step(tokens, then, name)),
    }
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::Single => c != '/',
            Self::List { negated, chars } => chars.contains(&c) != *negated,
            Self::Range { negated, low, high } => (*low..=*high).contains(&c) != *negated,
            Self::Any | Self::Super | Self::AnyOf(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gobwas() {
        for (pattern, name, want) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "d/a.txt", false),
            ("**.txt", "d/e/a.txt", true),
            ("d/**", "d/e/a.txt", true),
            ("d/**/a.txt", "d/a.txt", false),
            ("?/a", "d/a", true),
            ("a?b", "a/b", false),
            ("[ab]c", "bc", true),
            ("[!a]c", "bc", true),
            ("[a-c]", "b", true),
            ("[!a-c]", "b", false),
            ("{a,b*}.yaml", "bcd.yaml", true),
            ("{a,{b,c}}", "c", true),
            ("\\*", "*", true),
            ("[", "any/thing", true),
            ("{a", "any/thing", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), want, "{pattern} {name}");
        }
    }
}
