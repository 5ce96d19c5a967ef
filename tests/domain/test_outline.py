"""What is found around a selection, and what a file imports, in each family of languages.

A text is written with a mark, ``<<``, on the first line of the selection.
"""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.languages import LANGUAGES, Language, language_of
from backend_specialist.domain.lines import split_lines
from backend_specialist.domain.outline import enclosing, imports

PYTHON = '''
"""Orders, as told
from the beginning."""
import os
from decimal import (
    Decimal,
    ROUND_HALF_UP,
)

# def commented():
class Orders(Base):
    TABLE = {
        "a": 1,
    }

    def first(self):
        pass

    async def refund(
        self,
        order_id: int,
    ) -> Refund:
        query = """
select *
  from orders
"""
#   a comment at the margin
        if order_id:
            return query  # <<

def after():
    pass
'''

TYPESCRIPT = """
import { Router, type Request } from 'express';
import {
  OrderService,
} from './orders';
const knex = require('knex');
export * from './types';

export class OrderController extends Base {
  private readonly limit = 10;

  async list(req: Request): Promise<Order[]> {
    if (req.query.all) {
      return [];
    } else {
      this.log(); // <<
    }
  }
}
"""

ROUTE = """
import express from "express";

const helper = (a) => {
  return a;
};

router.post("/orders", validate, async (req, res) => {
  await save(req.body); // <<
});
"""

ARROW = """
export const createOrder = async (input: OrderInput): Promise<Order> => {
  return repository.insert(input); // <<
};
"""

GO = """
package orders

import "fmt"
import (
\t"context"
\tdb "example.com/shop/db"
)

type Service struct {
\tdb *db.DB
}

func (s *Service) Refund(ctx context.Context, id int64) error {
\tif err := s.check(ctx); err != nil {
\t\treturn fmt.Errorf("refund: %w", err) // <<
\t}
\treturn nil
}
"""

JAVA = """
package com.shop;

import java.util.List;
import static java.util.Map.of;

@RestController
public class OrderController {
    private final OrderService service;

    public OrderController(OrderService service) {
        this.service = service;
    }

    @GetMapping("/orders")
    public ResponseEntity<List<Order>> list(
            @RequestParam int page,
            Pageable pageable) {
        for (Order order : service.all()) {
            log(order); // <<
        }
    }
}
"""

KOTLIN = """
import org.springframework.stereotype.Service

@Service
class OrderService(private val repository: OrderRepository) {
    suspend fun refund(id: Long): Refund? {
        return repository.find(id)?.let {
            it.refund() // <<
        }
    }
}
"""

CSHARP = """
using System.Linq;
using Alias = Shop.Orders.Order;

namespace Shop.Orders
{
    public class OrdersController : ControllerBase
    {
        public async Task<ActionResult<Order>> Get(int id)
        {
            using (var scope = Begin())
            {
                return await _db.FindAsync(id); // <<
            }
        }
    }
}
"""

RUBY = """
require 'json'
require_relative "../lib/money"

module Shop
  class OrdersController < ApplicationController
    before_action :authenticate

    def index
      render json: Order.all
    end

    def refund
      Order.transaction do |tx|
        order.refund! # <<
      end
    end
  end
end
"""

PHP = """
<?php
namespace App\\Http\\Controllers;

use App\\Models\\Order;
use Illuminate\\Http\\{Request, Response};

final class OrderController extends Controller
{
    use Authorizes;

    public function refund(Request $request, int $id): Response
    {
        if ($id) {
            return $this->service->refund($id); // <<
        }
    }
}
"""

RUST = """
use std::collections::HashMap;
pub(crate) use crate::{
    db::Pool,
    error::Error,
};

impl OrderService {
    pub async fn refund(&self, id: i64) -> Result<Refund, Error> {
        match self.find(id).await {
            Some(order) => order.refund(), // <<
            None => Err(Error::NotFound),
        }
    }
}
"""

CASES = {
    "python": (
        PYTHON,
        ["class Orders(Base):", "async def refund("],
        "import os|from decimal import (|    Decimal,|    ROUND_HALF_UP,|)",
    ),
    "typescript": (
        TYPESCRIPT,
        [
            "export class OrderController extends Base {",
            "async list(req: Request): Promise<Order[]> {",
        ],
        (
            "import { Router, type Request } from 'express';|import {|  OrderService,|} from './orders';"
            "|const knex = require('knex');|export * from './types';"
        ),
    ),
    "javascript": (
        ROUTE,
        ['router.post("/orders", validate, async (req, res) => {'],
        'import express from "express";',
    ),
    "typescriptreact": (
        ARROW,
        ["export const createOrder = async (input: OrderInput): Promise<Order> => {"],
        "",
    ),
    "go": (
        GO,
        ["func (s *Service) Refund(ctx context.Context, id int64) error {"],
        'import "fmt"|import (|\t"context"|\tdb "example.com/shop/db"|)',
    ),
    "java": (
        JAVA,
        [
            "public class OrderController {",
            "public ResponseEntity<List<Order>> list(",
        ],
        "import java.util.List;|import static java.util.Map.of;",
    ),
    "kotlin": (
        KOTLIN,
        [
            "class OrderService(private val repository: OrderRepository) {",
            "suspend fun refund(id: Long): Refund? {",
        ],
        "import org.springframework.stereotype.Service",
    ),
    "csharp": (
        CSHARP,
        [
            "namespace Shop.Orders",
            "public class OrdersController : ControllerBase",
            "public async Task<ActionResult<Order>> Get(int id)",
        ],
        "using System.Linq;|using Alias = Shop.Orders.Order;",
    ),
    "ruby": (
        RUBY,
        ["module Shop", "class OrdersController < ApplicationController", "def refund"],
        "require 'json'|require_relative \"../lib/money\"",
    ),
    "php": (
        PHP,
        [
            "final class OrderController extends Controller",
            "public function refund(Request $request, int $id): Response",
        ],
        "use App\\Models\\Order;|use Illuminate\\Http\\{Request, Response};",
    ),
    "rust": (
        RUST,
        [
            "impl OrderService {",
            "pub async fn refund(&self, id: i64) -> Result<Refund, Error> {",
        ],
        "use std::collections::HashMap;|pub(crate) use crate::{|    db::Pool,|    error::Error,|};",
    ),
}


def of(identifier: str) -> Language:
    found = language_of(identifier, "")
    assert found is not None
    return found


def around(identifier: str, text: str) -> list[str]:
    lines = split_lines(text)
    first = next(number for number, line in enumerate(lines) if "<<" in line)
    return list(enclosing(of(identifier), lines, first))


@pytest.mark.parametrize("identifier", CASES)
def test_declarations_around_a_selection_are_found(identifier: str) -> None:
    text, expected, _ = CASES[identifier]
    assert around(identifier, text) == expected
    assert around(identifier, text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("identifier", CASES)
def test_imports_are_given_as_they_stand(identifier: str) -> None:
    text, _, expected = CASES[identifier]
    assert "|".join(imports(of(identifier), split_lines(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def a():\n    pass\nif x:\n    y()  # <<\n", []),
        ("def a():\n    pass\nx = call(b,\n    y)  # <<\n", []),
        ("def a():  # <<\n    pass\n", []),
        ("class A:\n    def b(self):  # <<\n        pass\n", ["class A:"]),
        ("class A:\n    def b(self:\n        x = (\n            y  # <<\n", ["class A:", "def b(self:"]),
        ("def a():\n    def b():\n        pass\n    return c  # <<\n", ["def a():"]),
        ("class A:\n\tdef b(self):\n\t\tc()  # <<\n", ["class A:", "def b(self):"]),
        ("x = 1  # <<\n", []),
    ],
)  # fmt: skip
def test_only_what_is_around_a_place_is_found(text: str, expected: list[str]) -> None:
    assert around("python", text) == expected


def test_a_call_is_no_declaration() -> None:
    text = dedent("""
        class A {
          void b() {
            return list(
              item -> {
                c(); // <<
        """)
    assert around("java", text) == ["class A {", "void b() {"]


def test_a_language_is_known_by_its_id_and_else_by_its_extension() -> None:
    assert language_of("python", "x.go") is of("python")
    assert language_of("", "/shop/a/Orders.KT") is of("kotlin")
    assert language_of("plaintext", "Makefile") is None
    identifiers = [key for row in LANGUAGES for key in (*row.ids, *row.extensions)]
    assert len(identifiers) == len(set(identifiers))


@given(
    st.sampled_from(LANGUAGES),
    st.text(st.sampled_from("ab(){}[]:;=<>'\"\\ \t\n\r\0#/*")),
    st.integers(0, 9),
)
def test_any_text_has_an_outline(language: Language, text: str, first: int) -> None:
    lines = split_lines(text)
    found = enclosing(language, lines, first)
    assert all(any(each in line for line in lines[:first]) for each in found)
    assert all(any(each in line for line in lines) for each in imports(language, lines))


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda row: row.ids[0])
def test_a_hostile_line_costs_no_more_than_its_length(language: Language) -> None:
    """A pattern that backtracks without end would never come back: there is no other limit on the time."""
    for piece in ("a ", "a<", "(", "public ", "a.", "const a: ", "import {", " "):
        line = piece * 200_000
        assert len(enclosing(language, [line, "        x"], 1)) <= 1
        assert len(imports(language, [line])) <= 1
