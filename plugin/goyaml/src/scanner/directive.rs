//! `%YAML` and `%TAG`.

use crate::scanner::Scanner;
use crate::token::TokenKind;
use crate::{Error, Mark};

impl<'i> Scanner<'i> {
    pub(super) fn fetch_directive(&mut self) -> Result<(), Error> {
        self.leave_blocks()?;
        let start = self.cursor.mark();
        self.cursor.skip();
        let name = self.scan_word()?;
        if name.is_empty() {
            return Err(self.error(start, "could not find expected directive name"));
        }
        if !self.cursor.at_white() {
            return Err(self.error(start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.scan_version(start)?,
            "TAG" => self.scan_tag_directive(start)?,
            _ => return Err(self.error(start, "found unknown directive name")),
        };
        let end = self.cursor.mark();
        self.skip_blanks()?;
        self.skip_rest_of_line(start)?;
        self.push_token(crate::token::Token { kind, start, end });
        Ok(())
    }

    fn scan_version(&mut self, start: Mark) -> Result<TokenKind<'i>, Error> {
        self.skip_blanks()?;
        let major = self.scan_version_number(start)?;
        if self.cursor.byte() != b'.' {
            return Err(self.error(start, "did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        let minor = self.scan_version_number(start)?;
        Ok(TokenKind::Version(major, minor))
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8, Error> {
        let mut value: Option<u8> = None;
        let mut digits = 0;
        self.ensure(1)?;
        while self.cursor.byte().is_ascii_digit() {
            digits += 1;
            if digits > 2 {
                return Err(self.error(start, "found extremely long version number"));
            }
            value = Some(value.unwrap_or_default() * 10 + (self.cursor.byte() - b'0'));
            self.cursor.skip();
            self.ensure(1)?;
        }
        value.ok_or_else(|| self.error(start, "did not find expected version number"))
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<TokenKind<'i>, Error> {
        self.skip_blanks()?;
        let handle = self.scan_handle(start)?;
        if handle != "!" && !(handle.len() > 1 && handle.ends_with('!')) {
            return Err(self.error(start, "did not find expected '!'"));
        }
        self.ensure(1)?;
        if !self.cursor.at_blank() {
            return Err(self.error(start, "did not find expected whitespace"));
        }
        self.skip_blanks()?;
        let prefix = self.scan_uri("", start)?;
        self.ensure(1)?;
        if !self.cursor.at_white() {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(handle, prefix))
    }
}
