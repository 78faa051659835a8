"""Engines: settings, log, errors, the default one."""
from __future__ import annotations

import logging
import pickle
import threading
from pathlib import Path

import mailmodule
from mailmodule import Engine, ErrorCode, LogLevel, MailModuleError

from .place import Case, free_port


class SettingTests(Case):
    def test_settings_are_text_numbers_flags_paths_and_lists(self) -> None:
        engine = self.engine(smtp_port=2525, strict=True, log=self.folder / "mail.log")
        self.assertEqual("example.org", engine.settings["smtp_name"])
        self.assertEqual(2525, engine.settings.get_int("smtp_port"))
        self.assertEqual(1, engine.settings.get_int("strict"))
        self.assertEqual(str(self.folder / "mail.log"), engine.settings["log"])
        engine.settings["local_domain"] = ["one.example", "two.example"]
        self.assertEqual("one.example\ntwo.example", engine.settings["local_domain"])
        engine.settings["local_domain"] = "three.example"
        self.assertTrue(engine.settings["local_domain"].endswith("three.example"))

    def test_a_long_value_comes_whole(self) -> None:
        engine = self.engine(smtp_name="bücher.example")
        self.assertEqual("bücher.example", engine.settings["smtp_name"])
        names = [f"domain{number}.example" for number in range(1000)]
        engine.settings["local_domain"] = names
        self.assertEqual(names, engine.settings["local_domain"].split("\n"))

    def test_what_is_wrong_with_a_setting_is_an_error_with_its_code(self) -> None:
        engine = self.engine()
        self.fails(ErrorCode.NOT_FOUND, engine.settings.__setitem__, "no_such_key", "1")
        self.fails(ErrorCode.NOT_FOUND, engine.settings.__getitem__, "no_such_key")
        self.fails(ErrorCode.CONFIG, engine.settings.__setitem__, "smtp_port", 70000)
        self.fails(ErrorCode.CONFIG, engine.settings.get_int, "smtp_name")
        self.assertIn("smtp_name", self.fails(ErrorCode.ARGUMENT, engine.settings.__setitem__, "smtp_name", "a\0b"))
        self.fails(ErrorCode.ARGUMENT, engine.settings.__setitem__, "smtp_name", "\udc80")

    def test_an_engine_whose_settings_are_wrong_is_not_left_behind(self) -> None:
        from mailmodule import _exit

        before = set(_exit.engines)
        self.fails(ErrorCode.NOT_FOUND, Engine, {"no_such_key": "1"})
        self.assertEqual(before, set(_exit.engines))

    def test_a_file_is_taken_whole_or_not_at_all(self) -> None:
        engine = self.engine()
        file = self.folder / "mail.cfg"
        file.write_text("smtp_port=2526\nsmtp_max=nonsense\n")
        self.assertIn("mail.cfg", self.fails(ErrorCode.CONFIG, engine.load, file))
        self.assertEqual(25, engine.settings.get_int("smtp_port"))
        file.write_text("smtp_port=2526\n")
        engine.load(file)
        self.assertEqual(2526, engine.settings.get_int("smtp_port"))
        self.fails(ErrorCode.NOT_FOUND, engine.load, self.folder / "none.cfg")


class EngineTests(Case):
    def test_a_closed_engine_gives_errors_and_may_be_closed_again(self) -> None:
        with Engine({"mail_root": self.folder}) as engine:
            engine.settings["smtp_port"] = 2525
        engine.close()
        self.fails(ErrorCode.HANDLE, engine.settings.__getitem__, "smtp_port")
        self.fails(ErrorCode.HANDLE, engine.stop)

    def test_the_default_engine_is_one_and_stays(self) -> None:
        engine = Engine.default()
        self.assertIs(engine, Engine.default())
        engine.close(0)
        self.assertEqual("", engine.settings["local_domain"])

    def test_an_error_survives_pickling(self) -> None:
        try:
            self.engine().settings["smtp_port"] = "x"
        except MailModuleError as error:
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((error.code, str(error), error.tls_alert), (again.code, str(again), again.tls_alert))

    def test_a_number_of_a_later_library_has_a_name_too(self) -> None:
        self.assertEqual(("UNKNOWN_-99", -99), (ErrorCode(-99).name, ErrorCode(-99)))
        self.assertEqual("OK", ErrorCode(0).name)
        with self.assertRaises(ValueError):
            ErrorCode("x")  # type: ignore[arg-type]

    def test_codes_have_a_meaning_in_words(self) -> None:
        words = {mailmodule.strerror(code) for code in ErrorCode}
        self.assertEqual(len(ErrorCode), len(words))
        self.assertEqual("unknown error", mailmodule.strerror(-99))

    def test_the_librarys_version_is_told(self) -> None:
        self.assertRegex(mailmodule.library_version(), r"^\d+\.\d+\.\d+$")


class LogTests(Case):
    def test_the_log_goes_to_a_logger_by_area_and_level(self) -> None:
        engine = self.engine()
        target = logging.getLogger("test.mail")
        target.setLevel(logging.DEBUG)
        with self.assertLogs(target, logging.DEBUG) as heard:
            engine.log_to(target)
            self.smtp_server(engine)
            engine.stop(0)
        self.assertTrue(any(record.name.startswith("test.mail.") for record in heard.records), heard.output)
        self.assertIn(logging.INFO, {record.levelno for record in heard.records})

    def test_no_line_is_finer_than_asked_for(self) -> None:
        engine = self.engine()
        target = logging.getLogger("test.quiet")
        target.setLevel(logging.DEBUG)
        with self.assertNoLogs(target, logging.DEBUG):
            engine.log_to(target, LogLevel.ERROR)
            self.smtp_server(engine)
            engine.stop(0)
            engine.log_to(None)
            self.smtp_server(engine)

    def test_a_handler_that_raises_harms_nobody(self) -> None:
        class Raising(logging.Filter):
            def filter(self, record: logging.LogRecord) -> bool:
                raise RuntimeError("a filter fails")

        engine = self.engine()
        target = logging.getLogger("test.raising.smtp")
        parent = logging.getLogger("test.raising")
        parent.setLevel(logging.DEBUG)
        for area in ("smtp", "server", "spool", "engine"):
            logging.getLogger(f"test.raising.{area}").addFilter(Raising())
        self.assertIsNotNone(target)
        with self.assertLogs("mailmodule", logging.ERROR) as heard:
            engine.log_to(parent)
            self.smtp_server(engine)
            engine.stop(0)
        self.assertIn("an exception in a log handler", heard.output[0])
        self.assertIn("a filter fails", heard.output[0])

    def test_engines_may_be_used_by_many_threads(self) -> None:
        settings: dict[str, str | Path] = {"smtp_bind": "127.0.0.1", "smtp_name": "example.org"}
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                with Engine(settings | {"mail_root": self.folder / str(number)}) as engine:
                    with mailmodule.SmtpServer(engine, free_port()):
                        pass
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], failures)
