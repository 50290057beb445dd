# frozen_string_literal: true

require "liquid"

module Invoice
  # The invoice in HTML, by the template beside this file.
  module Page
    TEMPLATE = Liquid::Template.parse(File.read(File.join(__dir__, "page.liquid"), encoding: "UTF-8"), error_mode: :strict)

    def self.render(order)
      lines = order.lines.map do |line|
        { "name" => line.name, "quantity" => line.quantity, "price" => money(line.price), "total" => money(line.total) }
      end
      TEMPLATE.render!("number" => order.number, "customer" => order.customer, "lines" => lines, "total" => money(order.total))
    end

    def self.money(amount)
      whole, cents = amount.round(2).to_s("F").split(".")
      "#{whole.gsub(/(?<=\d)(?=(\d{3})+\z)/, ",")}.#{cents.ljust(2, "0")}"
    end
  end
end
