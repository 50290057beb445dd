# frozen_string_literal: true

require "bigdecimal"

module Invoice
  class OrderError < StandardError; end

  Line = Struct.new(:name, :quantity, :price) do
    def total = price * quantity
  end

  # What was ordered. Prices are decimal strings, for money is never a binary fraction.
  class Order
    attr_reader :number, :customer, :lines

    def self.parse(event)
      items = event.fetch("items") { raise OrderError, "the order has no items" }
      lines = items.map do |item|
        Line.new(item.fetch("name"), Integer(item.fetch("quantity", 1)), BigDecimal(item.fetch("price").to_s))
      end
      new(event.fetch("number"), event.fetch("customer"), lines)
    rescue KeyError, ArgumentError, TypeError => e
      raise OrderError, "not an order: #{e.message}"
    end

    def initialize(number, customer, lines)
      @number = number
      @customer = customer
      @lines = lines
    end

    def total = lines.sum(BigDecimal(0), &:total)
  end
end
