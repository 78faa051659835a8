"""Mail of the old module: taken over once."""
from __future__ import annotations

import pathlib

import mailmodule
from mailmodule import ErrorCode, ImportedFile, ImportFlag

from .place import Case

FIRST = b"Received: from bert@example.net (mx [192.0.2.7]) Sat, 14 Mar 2015 09:26:53 GMT\r\n"


class ImportTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.home = pathlib.Path(self.folder) / "ann"
        (self.home / "mbox").mkdir(parents=True)
        for number in range(3):
            (self.home / "mbox" / f"0000000{number}.msg").write_bytes(FIRST + b"Subject: %d\r\n\r\n..x\r\n" % number)
        self.mail = self.engine(user=f"ann;secret;{self.home};PS")

    def arrived(self) -> list[bytes]:
        return [file.read_bytes() for file in (self.home / "Maildir" / "new").glob("*")]

    def test_each_file_is_taken_over_once(self) -> None:
        files: list[ImportedFile] = []
        dry = mailmodule.import_legacy(self.mail, flags=ImportFlag.DRY_RUN, on_file=files.append)
        self.assertEqual([], self.arrived())
        self.assertEqual((3, 0), (dry.messages, dry.failed))
        self.assertEqual(["ann"] * 3, [file.name for file in files])
        self.assertEqual(dry, mailmodule.import_legacy(self.mail, "ann"))
        self.assertEqual(3, len(self.arrived()))
        self.assertTrue(all(text.endswith(b"\n\n.x\n") for text in self.arrived()))
        self.assertEqual(3, mailmodule.import_legacy(self.mail).known)

    def test_a_handler_that_raises_ends_it(self) -> None:
        def refuse(file: ImportedFile) -> None:
            raise ValueError(file.path)

        with self.assertRaises(ValueError):
            mailmodule.import_legacy(self.mail, on_file=refuse)

    def test_who_is_not_there_is_not_found(self) -> None:
        self.fails(ErrorCode.NOT_FOUND, lambda: mailmodule.import_legacy(self.mail, "nobody"))
        self.fails(ErrorCode.NOT_FOUND, lambda: mailmodule.import_legacy(self.mail, queue=self.home / "none"))
